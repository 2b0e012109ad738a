using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Fixity.Scheduler.Tests.Status;

public sealed class StatusEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task The_status_counts_what_is_in_the_database()
    {
        await scheduler.Database.ExecuteAsync("delete from scheduler.scans");
        foreach (var status in new[] { "queued", "running", "paused", "completed", "completed", "failed", "partial" })
        {
            var target = await scheduler.CreateIdAsync(("schedule", "0 3 * * *"));
            await scheduler.Database.ExecuteAsync($"""
                insert into scheduler.scans (target_id, trigger, status, requested_at, ended_at)
                values ({target}, 'schedule', '{status}', '2026-01-02T03:04:05Z',
                    case when '{status}' in ('queued', 'running', 'paused') then null else now() end)
                """);
        }

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
    }

    [Fact]
    public async Task A_scheduler_that_runs_is_healthy()
    {
        await Waiting.UntilAsync("it is healthy", async () =>
            (await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/health")).GetProperty("status").GetString() == "healthy");

        var view = await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/health/scheduler");
        Assert.Equal(("healthy", JsonValueKind.Null), (view.GetProperty("status").GetString(), view.GetProperty("reason").ValueKind));
    }

    [Theory]
    [InlineData("/api/v1/scheduler/status")]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/settings")]
    public async Task Nothing_is_told_to_nobody(string path)
    {
        using var response = await scheduler.Service.CreateClient().GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private Task<JsonElement> StatusAsync() =>
        scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/status");
}
