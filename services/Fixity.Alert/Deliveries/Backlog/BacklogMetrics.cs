using System.Diagnostics.Metrics;

namespace Fixity.Alert.Deliveries.Backlog;

/// <summary>What waits to be sent, as metrics: what was last counted. Every replica says the same, so take the highest.</summary>
internal sealed class BacklogMetrics
{
    private volatile IReadOnlyList<BacklogFigure>? _latest;

    public BacklogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(DeliveryMetrics.Name);
        meter.CreateObservableGauge(
            "fixity.webhook.backlog", () => Each(figure => figure.Pending), "{delivery}",
            "Deliveries that wait for their first or next attempt, by webhook.");
        meter.CreateObservableGauge(
            "fixity.webhook.oldest_pending_age", () => Each(figure => figure.OldestSeconds), "s",
            "How long the longest waiting delivery has waited, by webhook; 0: none waits.");
    }

    /// <param name="figures">Null: they are not known.</param>
    public void Set(IReadOnlyList<BacklogFigure>? figures) => _latest = figures;

    private IEnumerable<Measurement<T>> Each<T>(Func<BacklogFigure, T> of)
        where T : struct =>
        from figure in _latest ?? []
        select new Measurement<T>(of(figure), new KeyValuePair<string, object?>("webhook", figure.Webhook));
}

/// <param name="Webhook">Its name; of those that are too many for a label: other.</param>
/// <param name="OldestSeconds">0: none waits.</param>
internal sealed record BacklogFigure(string Webhook, long Pending, double OldestSeconds);
