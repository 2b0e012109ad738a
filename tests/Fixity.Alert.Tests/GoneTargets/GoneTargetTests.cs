using Fixity.Alert.GoneTargets;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.GoneTargets;

[Trait("Category", "Database")]
public sealed class GoneTargetTests : AlertTest
{
    [Fact]
    public async Task What_was_said_of_a_deleted_target_goes_once_its_last_events_are_told()
    {
        var store = Parts().GetRequiredService<GoneTargetStore>();
        var gone = await Database.AddTargetAsync();
        var fresh = await Database.AddTargetAsync();
        foreach (var target in new[] { TargetId, gone, fresh })
        {
            await Database.ExecuteAsync($"""
                insert into alert.standing (target_id, subject, state, since) values ({target}, 'file:7', '01fe', now());
                insert into alert.severities (target_id, event, severity, updated_by) values ({target}, 'file.added', 'low', 'ada');
                insert into alert.mutes (target_id, until, reason, created_by)
                values ({target}, now() + interval '9 years', 'new disks', 'ada');
                """);
        }

        await Database.ExecuteAsync($"""
            insert into alert.mutes (until, reason, created_by) values (now() + interval '1 day', 'all', 'ada');
            update scheduler.targets set deleted_at = now() - interval '2 hours' where id = {gone};
            update scheduler.targets set deleted_at = now() where id = {fresh};
            """);

        Assert.Equal(3, await store.ForgetAsync(CancellationToken.None));
        Assert.Equal(0, await store.ForgetAsync(CancellationToken.None));

        foreach (var table in new[] { "standing", "severities", "mutes" })
        {
            Assert.Equal(
                [TargetId, fresh],
                await Database.ScalarAsync<int[]>($"select array_agg(target_id order by target_id) from alert.{table} where target_id is not null") ?? []);
        }

        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from alert.mutes where target_id is null"));
    }
}
