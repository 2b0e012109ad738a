using System.Text.RegularExpressions;
using Fixity.Alert.Deliveries.Backlog;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Backlog;

[Trait("Category", "Database")]
public sealed partial class BacklogTests : MatchingTest
{
    [Fact]
    public async Task What_waits_is_counted_for_the_metrics_and_how_long()
    {
        var service = Service(settings: [("Alert:FigureInterval", "00:00:00.200")]);
        var webhook = await AddWebhookAsync(service, "http://127.0.0.1:9/", new { name = "waits", retryBackoffSeconds = 3600 });
        await AddWebhookAsync(service, "http://127.0.0.1:9/", new { name = "idle" });
        var off = await AddWebhookAsync(service, "http://127.0.0.1:9/", new { name = "off", enabled = false });
        var gone = await AddWebhookAsync(service, "http://127.0.0.1:9/", new { name = "gone", enabled = false });
        await Database.ExecuteAsync($"update alert.webhooks set disabled_at = now() where id = {gone}");
        await AddDeliveriesAsync(webhook, 1, 3);
        await AddDeliveriesAsync(off, 1, 3);
        await Database.ExecuteAsync("update alert.webhook_deliveries set created_at = now() - interval '2 hours'");
        using var anybody = service.CreateClient();
        var text = "";

        await EventuallyAsync(
            async () => OldFor().IsMatch(text = await anybody.GetStringAsync("/metrics")), "they have waited for two hours");

        Assert.Contains("fixity_webhook_backlog{webhook=\"waits\"} 3", text, StringComparison.Ordinal);
        Assert.Contains("fixity_webhook_backlog{webhook=\"idle\"} 0", text, StringComparison.Ordinal);
        Assert.Matches(@"fixity_webhook_oldest_pending_age_seconds\{webhook=""idle""\} 0", text);
        // Nobody is to be woken for what somebody has switched off.
        Assert.Matches(@"fixity_webhook_oldest_pending_age_seconds\{webhook=""off""\} 0", text);
        Assert.Contains("fixity_webhook_backlog{webhook=\"off\"} 0", text, StringComparison.Ordinal);
        Assert.Contains("fixity_webhook_switched_off{webhook=\"off\"} 0", text, StringComparison.Ordinal);
        Assert.Contains("fixity_webhook_switched_off{webhook=\"gone\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("fixity_webhook_unmatched_age_seconds 0\n", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"fixity_webhook_oldest_pending_age_seconds\{webhook=""waits""\} 7[23]\d\d")]
    private static partial Regex OldFor();

    [Fact]
    public async Task Events_that_nobody_matches_are_seen_to_wait()
    {
        var parts = Parts();
        var queries = parts.GetRequiredService<BacklogQueries>();
        await MatchAsync(parts);
        Assert.Equal(0, await queries.UnmatchedSecondsAsync(CancellationToken.None));

        await AddChangesAsync("deleted", 2);
        await Database.ExecuteAsync("update scanner.change_events set detected_at = now() - interval '50 seconds'");
        await AddEventAsync("target.offline");
        Assert.InRange(await queries.UnmatchedSecondsAsync(CancellationToken.None), 50, 80);
        await MatchAsync(parts, Changes);
        Assert.InRange(await queries.UnmatchedSecondsAsync(CancellationToken.None), 0.000001, 30);
        await MatchAsync(parts);
        Assert.Equal(0, await queries.UnmatchedSecondsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task More_webhooks_than_a_label_may_have_are_one()
    {
        await Database.ExecuteAsync($"""
            insert into alert.webhooks (name, url, secret)
            select 'w' || n, 'http://w.test', '' from generate_series(1, {BacklogQueries.MostWebhooks + 5}) n
            """);
        await AddDeliveriesAsync(BacklogQueries.MostWebhooks + 1, 1, 2);
        await AddDeliveriesAsync(BacklogQueries.MostWebhooks + 2, 1, 3);

        var figures = await Parts().GetRequiredService<BacklogQueries>().CountAsync(CancellationToken.None);

        Assert.Equal(BacklogQueries.MostWebhooks + 1, figures.Count);
        Assert.Equal(5, Assert.Single(figures, figure => figure.Webhook == "other").Pending);
    }
}
