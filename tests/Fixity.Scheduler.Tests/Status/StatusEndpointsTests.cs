using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Fixity.Scheduler.Tests.Status;

public sealed class StatusEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task The_status_counts_what_is_in_the_database()
    {
        await scheduler.Database.ExecuteAsync("delete from scheduler.scans; delete from scanner.replicas");
        foreach (var status in new[] { "queued", "running", "paused", "completed", "completed", "failed", "partial" })
        {
            var target = await scheduler.CreateIdAsync(("schedule", "0 3 * * *"));
            await scheduler.Database.ExecuteAsync($"""
                with scan as (
                    insert into scheduler.scans (target_id, trigger, status, reason, requested_at, started_at, ended_at)
                    values ({target}, 'schedule', '{status}', case '{status}' when 'failed' then 'root_missing' end,
                        '2026-01-02T03:04:05Z', now() - interval '60 s',
                        case when '{status}' in ('queued', 'running', 'paused') then null else now() end)
                    returning id
                )
                insert into scheduler.scan_segments (scan_id, ordinal, status, lease_owner, lease_until)
                select id, 0, 'running', 'scanner a', now() + interval '1 h' from scan where '{status}' = 'running'
                """);
        }

        await scheduler.Database.ExecuteAsync("""
            insert into scanner.replicas (name, slots, seen_at) values
                ('scanner a', 2, now()), ('scanner b', 2, now()), ('scanner dead', 4, now() - interval '31 s')
            """);

        await Waiting.UntilAsync("the triggers are stored", async () =>
            (await StatusAsync()).GetProperty("nextRunAt").ValueKind == JsonValueKind.String);

        var view = await StatusAsync();
        Assert.True(view.GetProperty("running").GetBoolean());
        Assert.Equal(1, view.GetProperty("queueDepth").GetInt32());
        Assert.Equal(2, view.GetProperty("activeScans").GetInt32());
        Assert.Equal(2, view.GetProperty("totalCompleted").GetInt64());
        Assert.Equal(1, view.GetProperty("totalFailed").GetInt64());
        Assert.Equal(DateTimeOffset.Parse("2026-01-02T03:04:05Z"), view.GetProperty("lastRunAt").GetDateTimeOffset());
        var next = view.GetProperty("nextRunAt").GetDateTimeOffset();
        Assert.Equal(3, next.UtcDateTime.Hour);
        Assert.InRange(next, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(4, view.GetProperty("workerCount").GetInt32());
        Assert.Equal(
            ["scanner a 2 1", "scanner b 2 0"],
            view.GetProperty("scanners").EnumerateArray().Select(s =>
                $"{s.GetProperty("name").GetString()} {s.GetProperty("workers").GetInt32()} {s.GetProperty("busy").GetInt32()}"));
        await Waiting.UntilAsync("it says that it is there", async () =>
            (await StatusAsync()).GetProperty("replicas").GetArrayLength() == 1);
        var replica = (await StatusAsync()).GetProperty("replicas")[0];
        Assert.True(replica.GetProperty("answering").GetBoolean());

        var metrics = await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/metrics");
        Assert.Equal(
            """{"completed":2,"failed":1,"partial":1} {"root_missing":1} 1 2 0.25""",
            $"{metrics.GetProperty("completedScans")} {metrics.GetProperty("errorCounts")} "
            + $"{metrics.GetProperty("queueDepth")} {metrics.GetProperty("activeScans")} {metrics.GetProperty("workerUtilization")}");
        var durations = metrics.GetProperty("scanDurations").GetProperty("incremental");
        Assert.Equal((2, 60.0, 60.0), (
            durations.GetProperty("count").GetInt32(), durations.GetProperty("averageSeconds").GetDouble(),
            durations.GetProperty("medianSeconds").GetDouble()));
    }

    [Fact]
    public async Task Scans_that_wait_while_no_scanner_lives_make_it_degraded()
    {
        await scheduler.Database.ExecuteAsync("delete from scheduler.scans; delete from scanner.replicas");
        await scheduler.Database.AddScanAsync(await scheduler.CreateIdAsync(("schedule", null)));

        await Waiting.UntilAsync("it is degraded for it", async () =>
            (await HealthAsync()) is { Status: "degraded", Reason: "No scanner was seen for 30 s, and scans wait for one: 1." });
        Assert.Equal(JsonValueKind.Null, (await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/metrics"))
            .GetProperty("workerUtilization").ValueKind);
    }

    [Fact]
    public async Task Many_failures_make_it_degraded()
    {
        await scheduler.Database.ExecuteAsync("""
            delete from scheduler.scans;
            insert into scanner.replicas (name, slots) values ('scanner c', 2) on conflict (name) do update set seen_at = now();
            """);
        for (var i = 0; i < 5; i++)
        {
            await scheduler.Database.ExecuteAsync($"""
                insert into scheduler.scans (target_id, trigger, status, reason, ended_at)
                values ({await scheduler.CreateIdAsync(("schedule", null))}, 'schedule', 'failed', 'root_missing', now())
                """);
        }

        await Waiting.UntilAsync("it is degraded for it", async () =>
            (await HealthAsync()) is { Status: "degraded", Reason: "5 of the 5 scans that ended in the last hour failed." });
    }

    [Fact]
    public async Task A_scheduler_that_runs_is_healthy()
    {
        await scheduler.Database.ExecuteAsync("delete from scheduler.scans");
        await Waiting.UntilAsync("it is healthy", async () =>
            (await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/health")).GetProperty("status").GetString() == "healthy");

        var view = await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/health/scheduler");
        Assert.Equal(("healthy", JsonValueKind.Null), (view.GetProperty("status").GetString(), view.GetProperty("reason").ValueKind));
    }

    [Theory]
    [InlineData("/api/v1/scheduler/status")]
    [InlineData("/api/v1/scheduler/metrics")]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/settings")]
    public async Task Nothing_is_told_to_nobody(string path)
    {
        using var response = await scheduler.Service.CreateClient().GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private async Task<(string? Status, string? Reason)> HealthAsync()
    {
        var view = await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/health");
        return (view.GetProperty("status").GetString(), view.GetProperty("reason").GetString());
    }

    private Task<JsonElement> StatusAsync() =>
        scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/status");
}
