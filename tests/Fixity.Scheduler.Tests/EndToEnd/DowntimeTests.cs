using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>All three schedulers are down over many runs, and one of them dies in the middle of its work.</summary>
public sealed class DowntimeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task After_days_without_any_scheduler_each_target_makes_up_once_or_skips()
    {
        await using var cluster = new ReplicaCluster(database);
        var daily = await cluster.AddTargetAsync("30 2 * * *", "Europe/Berlin");
        var interval = await cluster.AddTargetAsync("@every 6h", "Europe/Berlin");
        var skips = await cluster.AddTargetAsync("30 2 * * *", "Europe/Berlin", "skip");
        var skipsInterval = await cluster.AddTargetAsync("@every 6h", "Europe/Berlin", "skip");
        await cluster.StoreTriggersAsync(At("2026-03-28T12:30Z"));

        // Down over 02:30 that does not exist, three more of them and some fifteen intervals.
        await cluster.StartAsync(At("2026-04-01T10:10Z"));
        foreach (var (target, next) in new[]
        {
            (daily, "2026-04-02T00:30Z"), (interval, "2026-04-01T12:00Z"),
            (skips, "2026-04-02T00:30Z"), (skipsInterval, "2026-04-01T12:00Z"),
        })
        {
            await cluster.NextRunBecomesAsync(target, At(next));
        }

        await cluster.RunsBecomeAsync(daily, "catch-up");
        await cluster.RunsBecomeAsync(interval, "catch-up");
        await cluster.KillAllAsync();

        // Back again within the same interval: nothing is left to make up for.
        await cluster.StartAsync(At("2026-04-01T11:00Z"));
        var alive = await cluster.AddTargetAsync("* * * * *", "UTC");
        await Waiting.UntilAsync("the schedule is alive", async () => await cluster.TriggersOfAsync(alive) != "", ReplicaCluster.Patience);

        Assert.Equal("catch-up", await cluster.TriggersOfAsync(daily));
        Assert.Equal("catch-up", await cluster.TriggersOfAsync(interval));
        Assert.Equal("", await cluster.TriggersOfAsync(skips));
        Assert.Equal("", await cluster.TriggersOfAsync(skipsInterval));
    }

    [Fact]
    public async Task A_scheduler_that_is_killed_while_it_asks_for_a_scan_is_stood_in_for()
    {
        await using var cluster = new ReplicaCluster(database);
        var target = await cluster.AddTargetAsync("0 4 * * *", "UTC");
        await cluster.StoreTriggersAsync(At("2026-05-01T03:30Z"));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // Whoever asks for the scan waits for this row.
            await using var hold = connection.CreateCommand();
            hold.CommandText = $"select from scheduler.targets where id = {target} for no key update";
            await hold.ExecuteNonQueryAsync();
            await cluster.StartAsync(At("2026-05-01T03:59:45Z"));
            string? leader = null;
            await Waiting.UntilAsync("a scheduler fires the trigger", async () =>
                (leader = await database.ScalarAsync<string>($"""
                    select f.instance_name from scheduler.qrtz_fired_triggers f
                    where f.trigger_name = '{target}' and f.state = 'EXECUTING'
                    """)) is not null, ReplicaCluster.Patience);
            await cluster.Schedulers.Single(scheduler => scheduler.InstanceId == leader).KillAsync();
            await transaction.RollbackAsync();
        }

        await cluster.OneRunComesAsync(target);
        Assert.Equal(At("2026-05-02T04:00Z"), await cluster.NextRunAsync(target));
        // The survivors have nothing left to recover, also once that scan is over.
        await cluster.EndScansAsync();
        await Waiting.UntilAsync("the dead one's runs are recovered", async () => await database.ScalarAsync<long>(
            "select count(*) from scheduler.qrtz_fired_triggers") == 0, ReplicaCluster.Patience);
        await cluster.OneRunComesAsync(target);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
