using System.Diagnostics.Metrics;
using Fixity.Query.Events;

namespace Fixity.Query.Exports;

/// <summary>Meter <c>Fixity.Query</c>: what is exported, and what did not come to its end.</summary>
internal sealed class ExportMetrics
{
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _brokenOff;

    public ExportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EventMetrics.MeterName);
        _active = meter.CreateUpDownCounter<long>(
            "fixity.query.exports_active", "{export}", "Exports and comparisons that hold a connection to the database.");
        _rows = meter.CreateCounter<long>("fixity.query.export_rows", "{row}", "Rows sent by exports.");
        _brokenOff = meter.CreateCounter<long>(
            "fixity.query.exports_broken_off", "{export}",
            "Exports that were cut after their first bytes: by the client, the limit or an error.");
    }

    public void Began() => _active.Add(1);

    public void Ended() => _active.Add(-1);

    public void Sent(long rows) => _rows.Add(rows);

    /// <param name="by">client, limit, error.</param>
    public void BrokeOff(string by) => _brokenOff.Add(1, new KeyValuePair<string, object?>("by", by));
}
