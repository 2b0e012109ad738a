using System.Diagnostics.Metrics;

namespace Fixity.Alert.Deliveries.Backlog;

/// <summary>What waits to be sent, as metrics: what was last counted. Every replica says the same, so take the highest.</summary>
internal sealed class BacklogMetrics
{
    private volatile BacklogFigures? _latest;

    public BacklogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(DeliveryMetrics.Name);
        meter.CreateObservableGauge(
            "fixity.webhook.backlog", () => Each(figure => figure.Pending), "{delivery}",
            "Deliveries that wait for their first or next attempt, by webhook.");
        meter.CreateObservableGauge(
            "fixity.webhook.oldest_pending_age", () => Each(figure => figure.OldestSeconds), "s",
            "How long the longest waiting delivery has waited, by webhook; 0: none waits.");
        meter.CreateObservableGauge(
            "fixity.webhook.switched_off", () => Each(figure => figure.IsGone ? 1 : 0), null,
            "1: its receiver answered 410, and the webhook is told nothing any more.");
        meter.CreateObservableGauge(
            "fixity.webhook.unmatched_age", Unmatched, "s",
            "How long the next event has waited to be matched with the webhooks; 0: none waits.");
    }

    /// <param name="figures">Null: they are not known.</param>
    public void Set(BacklogFigures? figures) => _latest = figures;

    private IEnumerable<Measurement<double>> Unmatched() =>
        _latest is { } latest ? [new Measurement<double>(latest.UnmatchedSeconds)] : [];

    private IEnumerable<Measurement<T>> Each<T>(Func<BacklogFigure, T> of)
        where T : struct =>
        from figure in _latest?.Webhooks ?? []
        select new Measurement<T>(of(figure), new KeyValuePair<string, object?>("webhook", figure.Webhook));
}

/// <param name="UnmatchedSeconds">0: every event is matched.</param>
internal sealed record BacklogFigures(IReadOnlyList<BacklogFigure> Webhooks, double UnmatchedSeconds);

/// <param name="Webhook">Its name; of those that are too many for a label: other.</param>
/// <param name="OldestSeconds">0: none waits.</param>
/// <param name="IsGone">Switched off by the service itself.</param>
internal sealed record BacklogFigure(string Webhook, long Pending, double OldestSeconds, bool IsGone);
