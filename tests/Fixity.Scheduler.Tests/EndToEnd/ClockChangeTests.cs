using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>Three real schedulers, Europe/Berlin, <c>30 2 * * *</c>, on the two days of 2026 that have another length.</summary>
public sealed class ClockChangeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Each_day_on_which_the_clocks_change_has_one_run()
    {
        await using var cluster = new ReplicaCluster(database);
        var spring = await cluster.AddTargetAsync("30 2 * * *", "Europe/Berlin");
        await cluster.StoreTriggersAsync(At("2026-03-29T00:30Z"));

        // 02:30 does not exist: once, at 03:00.
        await cluster.StartAsync(At("2026-03-29T00:59:45Z"));
        await cluster.OneRunComesAsync(spring);
        await cluster.NextRunBecomesAsync(spring, At("2026-03-30T00:30Z"));
        await cluster.KillAllAsync();
        await database.ExecuteAsync("update scheduler.targets set schedule = null, deleted_at = now()");

        // 02:30 comes twice: the first time only.
        var autumn = await cluster.AddTargetAsync("30 2 * * *", "Europe/Berlin");
        await cluster.StoreTriggersAsync(At("2026-10-25T00:10Z"));
        await cluster.StartAsync(At("2026-10-25T00:29:45Z"));
        await cluster.OneRunComesAsync(autumn);
        await cluster.NextRunBecomesAsync(autumn, At("2026-10-26T01:30Z"));
        await cluster.KillAllAsync();
        await cluster.StartAsync(At("2026-10-25T01:29:50Z"));
        var minutely = await cluster.AddTargetAsync("* * * * *", "UTC");
        // Another target's runs show that the schedule is alive after the second 02:30.
        await Waiting.UntilAsync("the clock passed the second 02:30", async () =>
            cluster.Now > At("2026-10-25T01:30:20Z") && await cluster.TriggersOfAsync(minutely) != "", ReplicaCluster.Patience);

        await cluster.OneRunComesAsync(autumn);
        await cluster.OneRunComesAsync(spring);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
