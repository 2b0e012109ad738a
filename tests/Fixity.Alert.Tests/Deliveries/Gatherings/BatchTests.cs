using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Deliveries.Gatherings;

[Trait("Category", "Database")]
public sealed class BatchTests : MatchingTest
{
    [Fact]
    [Trait("Scenario", "A9")]
    public async Task Ten_thousand_deletions_are_twenty_calls_and_what_is_left_of_them()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Batch);
        await AddChangesAsync("deleted", 10_003);
        await MatchAsync(parts);
        await Database.ExecuteAsync("update alert.gatherings set due_at = now()");
        await CloseAsync(parts);

        var batches = await ToldAsync();
        Assert.Equal([.. Enumerable.Repeat(500L, 20), 3L], batches.Select(batch => batch.Events));
        Assert.All(batches, batch => Assert.Equal(("batch", batch.Events), (batch.Kind, batch.ListedTypes.Count)));
        var files = batches.SelectMany(batch => batch.Data.GetProperty("events").EnumerateArray())
            .Select(told => told.GetProperty("data").GetProperty("fileId").GetInt64());
        Assert.Equal(Enumerable.Range(1, 10_003).Select(file => (long)file), files);
    }

    [Fact]
    public async Task A_batch_goes_on_over_several_looks_and_waits_a_minute_from_its_first_event()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Batch);
        await AddChangesAsync("deleted", 3);
        await MatchAsync(parts);
        var due = await Database.ScalarAsync<DateTime>("select due_at from alert.gatherings");
        await AddChangesAsync("modified", 2);
        await MatchAsync(parts);

        Assert.Equal(due, await Database.ScalarAsync<DateTime>("select due_at from alert.gatherings"));
        Assert.Equal(0, await CloseAsync(parts));
        await Database.ExecuteAsync("update alert.gatherings set due_at = now()");
        Assert.Equal(1, await CloseAsync(parts));
        var batch = Assert.Single(await ToldAsync());
        Assert.Equal((3, 2), (batch.Count("file.deleted"), batch.Count("file.modified")));
    }

    [Fact]
    public async Task A_state_is_not_kept_for_the_batch()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Batch);
        await AddChangesAsync("deleted", 3);
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        Assert.Equal(("event", "target.offline"), Assert.Single(await ToldAsync()) is var told ? (told.Kind, told.Type) : default);
    }
}
