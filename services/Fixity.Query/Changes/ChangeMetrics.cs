using System.Diagnostics.Metrics;
using Fixity.Query.Events;

namespace Fixity.Query.Changes;

/// <summary>Meter <c>Fixity.Query</c>: who waits for changes.</summary>
internal sealed class ChangeMetrics
{
    private readonly UpDownCounter<long> _waiting;

    public ChangeMetrics(IMeterFactory meters) =>
        _waiting = meters.Create(EventMetrics.MeterName).CreateUpDownCounter<long>(
            "fixity.query.feed_readers_waiting", "{reader}", "Readers of the change feed that wait for the next change.");

    public void WaitingChanged(int by) => _waiting.Add(by);
}
