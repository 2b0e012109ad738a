using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Overflow;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Overflow;

[Trait("Category", "Database")]
public sealed class OverflowTests : MatchingTest
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(24);

    [Fact]
    public async Task Too_many_deliveries_become_one_sum_a_target_and_no_event_is_lost()
    {
        var parts = Parts();
        var webhook = await AddAsync(parts, WebhookMode.Each);
        var other = await AddAsync(parts, WebhookMode.Each, r => r with { EventIncludes = ["file.corrupted"] });
        var target = await Database.AddTargetAsync();
        await AddChangesAsync("deleted", 40);
        await AddChangesAsync("corrupted", 3, firstFile: 100);
        await AddChangesAsync("added", 20, target: target);
        await MatchAsync(parts);
        await Database.ExecuteAsync($"""
            update alert.webhook_deliveries set attempt = 1
            where id = (select id from alert.webhook_deliveries where webhook_id = {webhook} order by sequence limit 1)
            """);

        Assert.Equal(62, await FoldAsync(parts, mostPending: 50));

        // What was attempted stays as it is: its receiver may have it.
        var told = await ToldAsync(webhook);
        Assert.Equal([("event", 1L), ("digest", 42L), ("digest", 20L)], told.Select(t => (t.Kind, t.Events)));
        Assert.Equal((39, 3, "critical"), (told[1].Count("file.deleted"), told[1].Count("file.corrupted"), told[1].Severity));
        Assert.Equal(["file.corrupted", "file.corrupted", "file.corrupted", "file.deleted"], told[1].ListedTypes.Take(4));
        Assert.Equal([TargetId, TargetId, target], told.Select(t => t.TargetId!.Value));
        Assert.Equal(3, (await ToldAsync(other)).Count);
        var shown = await parts.GetRequiredService<WebhookQueries>().FindAsync(webhook, CancellationToken.None);
        Assert.Equal((3, 62L), (shown!.Backlog.Pending, shown.Backlog.Folded));
        Assert.Equal(0, await FoldAsync(parts, mostPending: 50));
    }

    [Fact]
    public async Task What_waits_too_long_is_folded_and_what_comes_after_it_is_added_to_the_sum()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        for (var day = 1; day <= 3; day++)
        {
            await AddChangesAsync(day == 1 ? "corrupted" : "deleted", 5, paths: $"day{day}", firstFile: day * 100);
            await MatchAsync(parts);
            await Database.ExecuteAsync("update alert.webhook_deliveries set created_at = now() - interval '25 hours'");
            await FoldAsync(parts, mostPending: 10_000);
        }

        var sum = Assert.Single(await ToldAsync());
        Assert.Equal((15L, 5L, 10L), (sum.Events, sum.Count("file.corrupted"), sum.Count("file.deleted")));
        Assert.Equal([.. Enumerable.Repeat("file.corrupted", 5), .. Enumerable.Repeat("file.deleted", 5)], sum.ListedTypes);
        // A sum alone is left as it is, however long it waits.
        await Database.ExecuteAsync("update alert.webhook_deliveries set created_at = now() - interval '25 hours'");
        Assert.Equal(0, await FoldAsync(parts, mostPending: 10_000));
    }

    [Fact]
    public async Task What_is_sent_again_by_hand_stays_the_message_that_it_was()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        await AddChangesAsync("deleted", 2);
        await MatchAsync(parts);
        // Given up two days ago.
        await Database.ExecuteAsync("""
            update alert.webhook_deliveries set status = 'failed', failure = 'gave_up', attempt = 3, next_attempt_at = null,
                created_at = now() - interval '2 days', last_attempt_at = now() - interval '2 days'
            """);
        var ids = await Database.ScalarAsync<Guid[]>("select array_agg(id) from alert.webhook_deliveries") ?? [];
        foreach (var id in ids)
        {
            Assert.Equal(ResendOutcome.Queued, await parts.GetRequiredService<DeliveryQueries>().ResendAsync(id, CancellationToken.None));
        }

        Assert.Equal(0, await FoldAsync(parts, mostPending: 10_000));
        Assert.Equal(2, await CountAsync("status = 'pending' and kind = 'event'"));
    }

    [Fact]
    public async Task A_backlog_within_its_bounds_is_left_alone()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        await AddChangesAsync("deleted", 40);
        await MatchAsync(parts);

        Assert.Equal(0, await FoldAsync(parts, mostPending: 40));
        Assert.Equal(40, await CountAsync("kind = 'event'"));
    }

    [Fact]
    public async Task Two_replicas_fold_each_delivery_once()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        await AddChangesAsync("deleted", 300);
        await MatchAsync(parts);

        var folded = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => FoldAsync(parts, mostPending: 100))));

        Assert.Equal(300, folded.Sum());
        Assert.Equal(300, Assert.Single(await ToldAsync()).Events);
    }

    private static async Task<int> FoldAsync(ServiceProvider parts, int mostPending)
    {
        var store = parts.GetRequiredService<OverflowStore>();
        var folded = 0;
        foreach (var place in await store.FindAsync(mostPending, Long, CancellationToken.None))
        {
            folded += await store.FoldAsync(place, CancellationToken.None);
        }

        return folded;
    }
}
