using System.Diagnostics;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Fixity.Alert.Tests.Deliveries.Matching;

/// <summary>A great many events are judged for five webhooks; the output says how fast. In full with FIXITY_FULL=1.</summary>
[Trait("Category", "Database")]
public sealed class MatchingSpeedTests(ITestOutputHelper output) : MatchingTest
{
    private const int Webhooks = 5;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1";

    [Theory]
    [InlineData(WebhookMode.Digest)]
    [InlineData(WebhookMode.Batch)]
    [InlineData(WebhookMode.Each)]
    public async Task Every_event_is_matched_for_five_webhooks(WebhookMode mode)
    {
        var events = IsFull ? 100_000 : 5_000;
        var parts = Parts();
        for (var i = 0; i < Webhooks; i++)
        {
            await AddAsync(parts, mode, request => request with { Paths = ["p/", "*.tif", "!*.tmp"] });
        }

        var scan = await Database.AddScanAsync(TargetId);
        await MatchAsync(parts);
        for (var made = 0; made < events; made += 5_000)
        {
            // As scanners commit them: a batch a transaction.
            await AddChangesAsync((made / 5_000) % 2 == 0 ? "deleted" : "added", 5_000, scan, firstFile: made + 1);
        }

        var matcher = parts.GetRequiredService<EventMatchStore>();
        var matched = 0;
        var elapsed = Stopwatch.StartNew();
        while (matched < events && elapsed.Elapsed < TimeSpan.FromMinutes(10))
        {
            matched += (await matcher.MatchAsync(Changes, EventMatcher.BatchSize, CancellationToken.None)).Events;
        }

        var rate = matched / elapsed.Elapsed.TotalSeconds;
        output.WriteLine($"{mode}: {matched} events for {Webhooks} webhooks in {elapsed.Elapsed.TotalSeconds:F1} s, {rate:F0} events/s");
        Assert.Equal(events, matched);
    }
}
