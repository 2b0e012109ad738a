using System.Globalization;
using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Severities;
using Fixity.Core;

namespace Fixity.Alert.Webhooks.Trials;

/// <summary>Sends samples the way that alerts go (format, channel, guard), and says in words what came of them.</summary>
internal sealed class WebhookTrial(DeliverySender sender, PublicSite site, TimeProvider clock)
{
    // Whoever asked waits for the answer, and so does the gateway.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Events of which a webhook with such settings is told, what matters most first.</summary>
    public static IReadOnlyList<string> EventsOf(
        IReadOnlyList<string> includes, IReadOnlyList<string> excludes, Severity minSeverity) =>
    [
        .. EventTypes.All
            .Where(type => EventTypes.Chooses(includes, excludes, type) && EventSeverities.Of(type) >= minSeverity)
            .OrderByDescending(EventSeverities.Of).ThenBy(type => type, StringComparer.Ordinal),
    ];

    public async Task<WebhookTestReport> RunAsync(
        WebhookDestination to, IReadOnlyList<string> events, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var results = new List<WebhookTestResult>();
        foreach (var type in events)
        {
            // Whom nothing reaches is not tried with all the others too.
            var isReached = results is [] or [.., { Delivered: true } or { Status: not null }];
            results.Add(isReached && clock.GetElapsedTime(started) < Patience
                ? await SendAsync(to, type, cancellation)
                : new WebhookTestResult(type, false, "It was not tried: see the one before.", null, 0, null, null));
        }

        var arrived = results.Count(result => result.Delivered);
        return new WebhookTestReport(
            arrived == results.Count,
            results is [var only]
                ? only.Summary
                : string.Create(CultureInfo.InvariantCulture, $"{arrived} of {results.Count} samples arrived."),
            results);
    }

    public async Task<WebhookTestResult> SendAsync(WebhookDestination to, string type, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var message = Samples.TestOf(type, Guid.CreateVersion7(now), now, site.LinkTo(null, null, null));
        var written = MessageFormats.Of(to.Format.Word()).Write(message, new MessageFormatSettings(site.Source, to.Template));
        var started = clock.GetTimestamp();
        var attempt = await sender.SendAsync(
            to,
            new OutgoingDelivery(
                message.Id, EventTypes.Test, written.Body, written.ContentType, written.Headers, IsLastAttempt: true),
            cancellation);
        var elapsed = clock.GetElapsedTime(started);
        return new WebhookTestResult(
            type, attempt.Outcome == AttemptOutcome.Delivered, Say(attempt, elapsed), attempt.ResponseStatus,
            elapsed.TotalMilliseconds, attempt.ResponseBody, attempt.Error);
    }

    private static string Say(AttemptResult attempt, TimeSpan elapsed)
    {
        var after = string.Create(CultureInfo.InvariantCulture, $"after {elapsed.TotalMilliseconds:N0} ms");
        return attempt switch
        {
            { Outcome: AttemptOutcome.Delivered, ResponseStatus: { } status } =>
                $"It arrived: the receiver answered {status} {after}.",
            { Outcome: AttemptOutcome.Delivered } => $"It was handed over {after}; the receiver does not answer.",
            { Outcome: AttemptOutcome.Blocked } => $"Nothing was sent. {attempt.Error}",
            { Outcome: AttemptOutcome.Gone } => $"It did not arrive {after}. {attempt.Error} An alert would switch this webhook off.",
            { Outcome: AttemptOutcome.Retryable } => $"It did not arrive {after}. {attempt.Error} An alert would be sent again later.",
            _ => $"It did not arrive {after}. {attempt.Error} An alert would not be sent again.",
        };
    }
}
