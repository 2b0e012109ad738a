using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Fixity.Scheduler.Tests.Scans;

public sealed class ScanNowTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => scheduler.Database.ExecuteAsync("delete from scheduler.cooldowns");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_enabled_target_is_queued_once_a_minute()
    {
        var first = await scheduler.CreateIdAsync();
        var second = await scheduler.CreateIdAsync();
        await scheduler.CreateIdAsync(("enabled", false));

        using var taken = await scheduler.Operator.PostAsync("/api/v1/scan/now", null);
        using var refused = await scheduler.Operator.PostAsync("/api/v1/scan/now", null);

        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        var ids = (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("scanIds")
            .EnumerateArray().Select(id => id.GetInt64()).ToList();
        Assert.Equal(ids.Count, await scheduler.Database.ScalarAsync<long>(
            "select count(*) from scheduler.targets where enabled and deleted_at is null"));
        Assert.Equal(2, await scheduler.Database.ScalarAsync<long>(
            $"select count(*) from scheduler.scans where target_id in ({first}, {second}) and id in ({string.Join(',', ids)})"));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task A_minute_later_it_may_be_asked_again()
    {
        (await scheduler.Operator.PostAsync("/api/v1/scan/now", null)).Dispose();
        await scheduler.Database.ExecuteAsync("update scheduler.cooldowns set until = now() - interval '1 s'");

        using var again = await scheduler.Operator.PostAsync("/api/v1/scan/now", null);

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task What_failed_has_not_used_up_the_minute()
    {
        await scheduler.CreateIdAsync();
        await scheduler.Database.ExecuteAsync("revoke insert on scheduler.scan_segments from fixity_scheduler");
        using var failed = await scheduler.Operator.PostAsync("/api/v1/scan/now", null);
        await scheduler.Database.ExecuteAsync("grant insert on scheduler.scan_segments to fixity_scheduler");

        using var again = await scheduler.Operator.PostAsync("/api/v1/scan/now", null);

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task Of_two_that_ask_together_one_is_refused()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            scheduler.Operator.PostAsync("/api/v1/scan/now", null)));

        Assert.Equal(1, responses.Count(r => r.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(3, responses.Count(r => r.StatusCode == HttpStatusCode.TooManyRequests));
    }
}
