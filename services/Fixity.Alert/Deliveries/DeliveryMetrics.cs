using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Fixity.Alert.Deliveries;

/// <summary>Meter and spans <c>Fixity.Alert</c>. Tags come from closed sets, and the names of webhooks; ids belong in spans and logs.</summary>
internal sealed class DeliveryMetrics
{
    public const string Name = "Fixity.Alert";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _matched;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _folded;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;

    public DeliveryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _matched = meter.CreateCounter<long>("fixity.webhook.matched", "{delivery}", "Deliveries made of new events.");
        _suppressed = meter.CreateCounter<long>(
            "fixity.webhook.suppressed", "{event}", "Events that were kept quiet, by why: muted, or repeated.");
        _folded = meter.CreateCounter<long>(
            "fixity.webhook.folded", "{delivery}", "Deliveries that were too many to wait and became a sum.");
        _deliveries = meter.CreateCounter<long>(
            "fixity.webhook.deliveries", "{delivery}", "Deliveries that came to their end, by webhook and how.");
        _attempts = meter.CreateCounter<long>(
            "fixity.webhook.attempts", "{attempt}", "Attempts, by what they left the delivery as.");
        _duration = meter.CreateHistogram<double>(
            "fixity.webhook.attempt.duration", "s", "From the first byte sent to the answer read.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.25, 1, 5, 30, 120, 300] });
    }

    public void Matched(int deliveries) => _matched.Add(deliveries);

    public void Suppressed(int muted, int repeated)
    {
        _suppressed.Add(muted, new KeyValuePair<string, object?>("reason", "muted"));
        _suppressed.Add(repeated, new KeyValuePair<string, object?>("reason", "repeated"));
    }

    public void Folded(int deliveries) => _folded.Add(deliveries);

    /// <param name="webhook">Its name: there are as many as an administrator made.</param>
    public void Ended(string webhook, bool delivered) => _deliveries.Add(
        1, new TagList { { "webhook", webhook }, { "status", delivered ? "success" : "failure" } });

    /// <param name="status">delivered, retrying, failed or blocked.</param>
    public void Attempted(string status, TimeSpan elapsed)
    {
        var tag = new KeyValuePair<string, object?>("status", status);
        _attempts.Add(1, tag);
        _duration.Record(elapsed.TotalSeconds, tag);
    }
}
