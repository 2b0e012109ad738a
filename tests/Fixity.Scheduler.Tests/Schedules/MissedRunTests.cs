using Fixity.Scheduler.Schedules;
using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task A_target_that_skips_what_was_missed_has_no_scan_before_its_next_run()
    {
        var (skips, makesUp) = (await database.AddTargetAsync(), await database.AddTargetAsync());
        await database.ExecuteAsync($"""
            update scheduler.targets set schedule = '@every 12h', missed_runs = 'skip' where id = {skips};
            update scheduler.targets set schedule = '@every 12h' where id = {makesUp};
            """);
        await using (var before = Start())
        {
            await Waiting.UntilAsync("both triggers are stored", async () =>
                await NextRunAsync(skips) > 0 && await NextRunAsync(makesUp) > 0);
        }

        await database.ExecuteAsync($"""
            update scheduler.qrtz_triggers set next_fire_time = next_fire_time - {TimeSpan.FromDays(5).Ticks}
            where trigger_name in ('{skips}', '{makesUp}')
            """);
        await using var after = Start();

        await Waiting.UntilAsync("the other one's missed run is made up for", async () => await ScansAsync(makesUp) > 0);
        await Waiting.UntilAsync("the next runs are in the future", async () =>
            await NextRunAsync(skips) > DateTime.UtcNow.Ticks && await NextRunAsync(makesUp) > DateTime.UtcNow.Ticks);
        Assert.Equal(0, await ScansAsync(skips));
        Assert.Equal(1, await ScansAsync(makesUp));
        // The interval is counted as before, not from the late run on.
        Assert.Equal(0, await NextRunAsync(makesUp) % TimeSpan.FromHours(12).Ticks);
    }

    [Fact]
    public async Task A_due_moment_asks_for_one_scan_however_often_it_is_fired()
    {
        var id = await database.AddTargetAsync();
        await using var service = Start();
        var runs = service.Services.GetRequiredService<ScheduledRuns>();
        var due = DateTimeOffset.UtcNow;

        Assert.NotNull(await runs.EnqueueAsync(id, "schedule", due, recovering: false, default));
        // The scan is over before another replica recovers the run of the one that died after it had asked.
        await database.ExecuteAsync(
            $"update scheduler.scans set status = 'completed', ended_at = now() where target_id = {id}");
        Assert.Null(await runs.EnqueueAsync(id, "schedule", due, recovering: true, default));
        Assert.Null(await runs.EnqueueAsync(id, "schedule", due.AddHours(-1), recovering: true, default));

        // What made up for missed runs is recovered with the time at which it did so.
        Assert.NotNull(await runs.EnqueueAsync(id, "catch-up", due.AddDays(-1), recovering: false, default));
        await database.ExecuteAsync(
            $"update scheduler.scans set status = 'completed', ended_at = now() where target_id = {id}");
        Assert.Null(await runs.EnqueueAsync(id, "catch-up", due, recovering: true, default));

        // A clock that was put back does not stop the schedule.
        Assert.NotNull(await runs.EnqueueAsync(id, "schedule", due.AddHours(-2), recovering: false, default));
        Assert.Equal(3, await ScansAsync(id));
        Assert.NotNull(await runs.EnqueueAsync(id, "schedule", DateTimeOffset.UtcNow.AddMinutes(1), recovering: true, default));
    }

    [Fact]
    public async Task With_jitter_a_run_waits_for_its_share_of_it()
    {
        var id = await database.AddTargetAsync();
        await database.ExecuteAsync($"update scheduler.targets set jitter_seconds = 43200 where id = {id}");
        await using var service = Start();
        var due = DateTimeOffset.UtcNow;

        await service.Services.GetRequiredService<ScheduledRuns>().EnqueueAsync(id, "schedule", due, recovering: false, default);

        var start = await database.ScalarAsync<DateTime>($"select not_before from scheduler.scans where target_id = {id}");
        Assert.Equal(Jitter.Spread(id, due, 43200), (start - due.UtcDateTime).TotalSeconds, 0.001);
    }

    [PromtoolFact]
    public async Task How_late_a_schedule_asks_is_counted_by_trigger()
    {
        var id = await database.AddTargetAsync();
        await using var service = Start();
        var runs = service.Services.GetRequiredService<ScheduledRuns>();
        var now = DateTimeOffset.UtcNow;

        await runs.EnqueueAsync(id, "schedule", now.AddSeconds(-20), recovering: false, default);
        await runs.EnqueueAsync(id, "catch-up", now.AddHours(-20), recovering: false, default);
        // Asked for already: not late a second time.
        await runs.EnqueueAsync(id, "catch-up", now.AddHours(-20), recovering: false, default);

        using var anybody = service.CreateClient();
        var text = await anybody.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (var line in (string[])
            [
                "# TYPE fixity_scheduler_lag_seconds histogram",
                """fixity_scheduler_lag_seconds_bucket{trigger="schedule",le="15"} 0""",
                """fixity_scheduler_lag_seconds_bucket{trigger="schedule",le="300"} 1""",
                """fixity_scheduler_lag_seconds_bucket{trigger="catch-up",le="21600"} 0""",
                """fixity_scheduler_lag_seconds_bucket{trigger="catch-up",le="86400"} 1""",
                """fixity_scheduler_lag_seconds_count{trigger="catch-up"} 1""",
            ])
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }

        await Promtool.CheckMetricsAsync(text);
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
