using System.Net.Http.Json;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class ScheduleTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task The_triggers_follow_the_targets()
    {
        var id = await scheduler.CreateIdAsync(("schedule", "15 4 * * *"), ("timeZone", "Asia/Tokyo"));
        await TriggerBecomesAsync(id, "15 4 * * * | Asia/Tokyo");

        await UpdateAsync(id, ("schedule", "45 5 * * *"));
        await TriggerBecomesAsync(id, "45 5 * * * | UTC");

        await UpdateAsync(id, ("enabled", false));
        await TriggerBecomesAsync(id, null);

        await UpdateAsync(id, ("enabled", true), ("schedule", "0 1 * * 1"));
        await TriggerBecomesAsync(id, "0 1 * * 1 | UTC");

        await UpdateAsync(id, ("schedule", "0 1 * * 1"), ("missedRuns", "skip"));
        await TriggerBecomesAsync(id, "0 1 * * 1 | UTC | skip");

        await UpdateAsync(id, ("schedule", "0 1 * * 1"), ("schedulePaused", true));
        await TriggerBecomesAsync(id, null);

        await UpdateAsync(id, ("schedule", "0 1 * * 1"));
        await TriggerBecomesAsync(id, "0 1 * * 1 | UTC");

        (await scheduler.Admin.DeleteAsync($"/api/v1/targets/{id}")).Dispose();
        await TriggerBecomesAsync(id, null);
    }

    [Fact]
    public async Task A_target_whose_schedule_cannot_be_stored_holds_up_no_other()
    {
        // Never comes: the API refuses it, Quartz too. Half of the good ones have a higher id, half a lower one.
        var good = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            good.Add(await scheduler.Database.AddTargetAsync());
            var bad = await scheduler.Database.AddTargetAsync();
            await scheduler.Database.ExecuteAsync($"""
                update scheduler.targets set schedule = '0 0 31 2 *' where id = {bad};
                update scheduler.targets set schedule = '0 3 * * *' where id = {good[i]};
                """);
        }

        await scheduler.CreateIdAsync();
        foreach (var id in good)
        {
            await TriggerBecomesAsync(id, "0 3 * * * | UTC");
        }

        await Waiting.UntilAsync("the health says so", async () =>
            (await scheduler.Viewer.GetStringAsync("/api/v1/health")).Contains("degraded", StringComparison.Ordinal));
        await scheduler.Database.ExecuteAsync("update scheduler.targets set deleted_at = now() where schedule = '0 0 31 2 *'");
    }

    [Fact]
    public async Task A_run_that_is_due_now_is_queued_by_one_of_several_replicas()
    {
        await using var second = new ServiceApplication<Program>(scheduler.Database.ConnectionString);
        using var client = second.CreateClientAs("viewer");
        await RunsAsync(client);
        var id = await scheduler.CreateIdAsync(("schedule", "0 3 * * *"));
        await TriggerBecomesAsync(id, "0 3 * * * | UTC");

        await scheduler.Database.ExecuteAsync(
            $"update scheduler.qrtz_triggers set next_fire_time = {DateTime.UtcNow.Ticks} where trigger_name = '{id}'");
        await Waiting.UntilAsync("the run is queued", async () => await ScansAsync(id) > 0);

        Assert.Equal("schedule", await scheduler.Database.ScalarAsync<string>(
            $"select trigger from scheduler.scans where target_id = {id}"));
        Assert.Equal(2, await scheduler.Database.ScalarAsync<long>("select count(*) from scheduler.qrtz_scheduler_state"));
    }

    private static Task RunsAsync(HttpClient client) => Waiting.UntilAsync("the scheduler runs", async () =>
        (await client.GetStringAsync("/api/v1/scheduler/status")).Contains("\"running\":true", StringComparison.Ordinal));

    private async Task UpdateAsync(int id, params (string Name, System.Text.Json.Nodes.JsonNode? Value)[] members)
    {
        using var response = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", scheduler.Request(members));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task TriggerBecomesAsync(int id, string? madeOf)
    {
        await Waiting.UntilAsync($"the trigger of target {id} is made of {madeOf ?? "nothing"}", async () =>
            await scheduler.Database.ScalarAsync<string>(
                $"select description from scheduler.qrtz_triggers where trigger_name = '{id}'") == madeOf);
        Assert.Equal(madeOf?.Split(" | ")[1], await scheduler.Database.ScalarAsync<string>(
            $"select time_zone_id from scheduler.qrtz_cron_triggers where trigger_name = '{id}'"));
    }

    private Task<long> ScansAsync(int id) => scheduler.Database.ScalarAsync<long>(
        $"select count(*) from scheduler.scans where target_id = {id}");
}
