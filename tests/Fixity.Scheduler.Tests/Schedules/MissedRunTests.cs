using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class MissedRunTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task What_was_missed_while_nothing_ran_is_made_up_for_exactly_once()
    {
        var id = await database.AddTargetAsync();
        await database.ExecuteAsync($"update scheduler.targets set schedule = '0 3 * * *' where id = {id}");
        await using (var before = Start())
        {
            await Waiting.UntilAsync("the trigger is stored", async () => await NextRunAsync(id) > 0);
        }

        // As if no scheduler had run for five days.
        await database.ExecuteAsync($"""
            update scheduler.qrtz_triggers set next_fire_time = {DateTime.UtcNow.AddDays(-5).Ticks}
            where trigger_name = '{id}'
            """);
        await using var after = Start();

        await Waiting.UntilAsync("the missed run is made up for", async () => await ScansAsync(id) > 0);
        // The scan ends, so that a second catch-up would have room.
        await database.ExecuteAsync(
            $"update scheduler.scans set status = 'completed', ended_at = now() where target_id = {id}");
        await Waiting.UntilAsync("the next run is in the future", async () =>
            await NextRunAsync(id) > DateTime.UtcNow.Ticks);

        Assert.Equal(1, await ScansAsync(id));
        Assert.Equal("catch-up", await database.ScalarAsync<string>(
            $"select trigger from scheduler.scans where target_id = {id}"));
    }

    private ServiceApplication<Program> Start()
    {
        var service = new ServiceApplication<Program>(database.ConnectionString);
        service.CreateClient().Dispose(); // Starts it.
        return service;
    }

    private Task<long> ScansAsync(int id) => database.ScalarAsync<long>(
        $"select count(*) from scheduler.scans where target_id = {id}");

    private Task<long> NextRunAsync(int id) => database.ScalarAsync<long>(
        $"select next_fire_time from scheduler.qrtz_triggers where trigger_name = '{id}' and trigger_state = 'WAITING'");
}
