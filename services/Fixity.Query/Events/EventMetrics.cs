using System.Diagnostics.Metrics;

namespace Fixity.Query.Events;

/// <summary>Meter <c>Fixity.Query</c>.</summary>
internal sealed class EventMetrics
{
    public const string MeterName = "Fixity.Query";

    private readonly UpDownCounter<long> _clients;

    public EventMetrics(IMeterFactory meters) =>
        _clients = meters.Create(MeterName).CreateUpDownCounter<long>(
            "fixity.query.event_clients", "{client}", "Open streams of server-sent events.");

    public void ClientsChanged(int by) => _clients.Add(by);
}
