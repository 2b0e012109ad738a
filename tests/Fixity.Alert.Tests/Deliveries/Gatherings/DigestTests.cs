using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Gatherings;

[Trait("Category", "Database")]
public sealed class DigestTests : MatchingTest
{
    [Fact]
    [Trait("Scenario", "A2")]
    public async Task A_mass_deletion_is_one_message_and_one_to_whom_only_the_large_change_matters()
    {
        var parts = Parts();
        var all = await AddAsync(parts, WebhookMode.Digest);
        var large = await AddAsync(parts, WebhookMode.Digest, r => r with { EventIncludes = ["large_change.detected"] });
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 331, scan);
        await AddEventAsync("large_change.detected", scan, """{"largeChangeReason": "percent", "measured": 95.9}""");
        await EndScanAsync(scan, "completed", "scan.completed");
        await MatchAsync(parts);
        Assert.Empty(await ToldAsync());

        Assert.Equal(2, await CloseAsync(parts));

        var digest = Assert.Single(await ToldAsync(all));
        Assert.Equal(("digest", "digest", "high", 333L), (digest.Kind, digest.Type, digest.Severity, digest.Events));
        Assert.Equal((331, 1, 1), (
            digest.Count("file.deleted"), digest.Count("large_change.detected"), digest.Count("scan.completed")));
        Assert.Equal("large_change.detected", digest.ListedTypes[0]);
        Assert.Equal(10, digest.ListedTypes.Count);
        Assert.Equal((TargetId, scan), (digest.TargetId!.Value, digest.ScanId!.Value));
        Assert.Equal(1, Assert.Single(await ToldAsync(large)).Events);
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from alert.gatherings"));
    }

    [Fact]
    public async Task A_hundred_thousand_changes_are_one_message_with_totals_and_the_worst_ten()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("added", 60_000, scan);
        await AddChangesAsync("modified", 30_000, scan);
        await AddChangesAsync("deleted", 9_992, scan);
        await AddChangesAsync("corrupted", 8, scan, firstFile: 200_000);
        await EndScanAsync(scan, "completed", "scan.completed");
        await MatchAsync(parts);
        await CloseAsync(parts);

        var digest = Assert.Single(await ToldAsync());
        Assert.False(digest.IsSoFar);
        Assert.Equal((100_001, "critical"), (digest.Events, digest.Severity));
        Assert.Equal((60_000, 30_000, 9_992, 8), (
            digest.Count("file.added"), digest.Count("file.modified"), digest.Count("file.deleted"),
            digest.Count("file.corrupted")));
        Assert.Equal(
            [.. Enumerable.Repeat("file.corrupted", 8), "file.deleted", "file.deleted"], digest.ListedTypes);
    }

    [Fact]
    public async Task A_digest_waits_for_the_end_of_its_scan_and_for_the_last_of_its_changes()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 3, scan);
        await MatchAsync(parts);
        Assert.Equal(0, await CloseAsync(parts));

        await AddChangesAsync("deleted", 4, scan);
        await EndScanAsync(scan, "partial", "scan.partial");
        // The end is known before the changes are.
        await MatchAsync(parts, TargetEvents);
        Assert.Equal(0, await CloseAsync(parts));

        await MatchAsync(parts, Changes);
        Assert.Equal(1, await CloseAsync(parts));
        var digest = Assert.Single(await ToldAsync());
        Assert.Equal((7, 1), (digest.Count("file.deleted"), digest.Count("scan.partial")));
    }

    [Fact]
    public async Task A_scan_whose_end_nobody_tells_ends_its_digest_all_the_same()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 3, scan);
        await EndScanAsync(scan, "cancelled");
        await MatchAsync(parts);

        Assert.Equal(1, await CloseAsync(parts));
        Assert.Equal(3, Assert.Single(await ToldAsync()).Events);
    }

    [Fact]
    public async Task A_scan_that_does_not_end_is_told_of_after_a_day_and_again_after_another()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        for (var day = 1; day <= 2; day++)
        {
            await AddChangesAsync("deleted", day, scan);
            await MatchAsync(parts);
            Assert.InRange(await SecondsLeftAsync(), 86_400 - 60, 86_400);
            await Database.ExecuteAsync("update alert.gatherings set due_at = now()");
            Assert.Equal(1, await CloseAsync(parts));
        }

        Assert.Equal([1L, 2L], (await ToldAsync()).Select(told => told.Events));
    }

    [Fact]
    public async Task What_belongs_to_no_scan_is_told_after_a_minute()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        await AddChangesAsync("restored", 2);
        await MatchAsync(parts);
        Assert.Equal(0, await CloseAsync(parts));
        Assert.InRange(await SecondsLeftAsync(), 30, 60);

        await Database.ExecuteAsync("update alert.gatherings set due_at = now()");
        Assert.Equal(1, await CloseAsync(parts));
        Assert.Equal(2, Assert.Single(await ToldAsync()).Events);
    }

    [Fact]
    public async Task A_corruption_has_one_early_word_and_is_in_the_digest_at_the_end()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 5, scan);
        await MatchAsync(parts);
        Assert.Equal(0, await TellEarlyAsync(parts));
        await AddChangesAsync("corrupted", 2, scan, paths: "first", firstFile: 100);
        await MatchAsync(parts);
        Assert.Equal(1, await TellEarlyAsync(parts));
        await AddChangesAsync("corrupted", 2, scan, paths: "second", firstFile: 200);
        await MatchAsync(parts);
        Assert.Equal(0, await TellEarlyAsync(parts));

        var early = Assert.Single(await ToldAsync());
        Assert.Equal((true, "digest", 7L, 2L), (early.IsSoFar, early.Kind, early.Events, early.Count("file.corrupted")));

        await EndScanAsync(scan, "completed", "scan.completed");
        await MatchAsync(parts);
        await CloseAsync(parts);
        var closing = (await ToldAsync())[1];
        Assert.Equal((false, 4L, 10L), (closing.IsSoFar, closing.Count("file.corrupted"), closing.Events));
    }

    [Fact]
    public async Task A_corruption_of_a_scan_that_ends_soon_is_told_once()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("corrupted", 2, scan);
        await MatchAsync(parts);
        Assert.Equal(0, await parts.GetRequiredService<GatheringStore>().TellEarlyAsync(CancellationToken.None));

        await EndScanAsync(scan, "completed", "scan.completed");
        Assert.Equal(0, await CloseAsync(parts)); // Its end is not matched yet, and it goes on no more.
        Assert.Equal(0, await TellEarlyAsync(parts));
        await MatchAsync(parts);
        await CloseAsync(parts);
        Assert.False(Assert.Single(await ToldAsync()).IsSoFar);
    }

    [Fact]
    public async Task That_nothing_happened_is_told_to_those_alone_who_ask_for_it_by_name()
    {
        var parts = Parts();
        var anything = await AddAsync(parts, WebhookMode.Digest);
        var named = await AddAsync(parts, WebhookMode.Digest, r => r with { EventIncludes = ["scan.*"] });
        var scan = await Database.AddScanAsync(TargetId);
        await EndScanAsync(scan, "completed", "scan.completed");
        await MatchAsync(parts);
        await CloseAsync(parts);

        Assert.Empty(await ToldAsync(anything));
        Assert.Equal(1, Assert.Single(await ToldAsync(named)).Count("scan.completed"));
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from alert.gatherings"));
    }

    [Fact]
    public async Task A_webhook_that_is_made_during_a_scan_is_told_only_of_what_came_after_it()
    {
        var parts = Parts();
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 5, scan);
        await AddAsync(parts, WebhookMode.Digest);
        await AddChangesAsync("modified", 2, scan);
        await EndScanAsync(scan, "completed");
        await MatchAsync(parts);
        await CloseAsync(parts);

        var digest = Assert.Single(await ToldAsync());
        Assert.Equal((0, 2), (digest.Count("file.deleted"), digest.Count("file.modified")));
    }

    [Fact]
    public async Task What_matters_too_little_is_not_counted_either()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest, r => r with { MinSeverity = Severity.Medium });
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("added", 100, scan);
        await AddChangesAsync("deleted", 2, scan);
        await EndScanAsync(scan, "completed", "scan.completed");
        await MatchAsync(parts);
        await CloseAsync(parts);

        Assert.Equal(2, Assert.Single(await ToldAsync()).Events);
    }

    [Fact]
    public async Task Of_a_receiver_that_is_gone_a_digest_is_kept_and_not_sent()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("deleted", 2, scan);
        await MatchAsync(parts);
        await Database.ExecuteAsync(
            "update alert.webhooks set enabled = false, disabled_at = now(), disabled_reason = 'It answered 410.'");
        await EndScanAsync(scan, "completed");

        Assert.Equal(1, await CloseAsync(parts));
        Assert.Equal(1, await CountAsync(
            "status = 'failed' and failure = 'gone' and next_attempt_at is null and error = 'It answered 410.'"));
    }

    private Task<double> SecondsLeftAsync() =>
        Database.ScalarAsync<double>("select extract(epoch from due_at - now())::float8 from alert.gatherings");
}
