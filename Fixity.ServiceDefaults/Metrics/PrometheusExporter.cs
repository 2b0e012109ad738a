using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Fixity.ServiceDefaults.Metrics;

/// <summary>Writes what every instrument of the process has counted, when it is asked for.</summary>
/// <remarks>The packages that do this are not on every feed; the format is a page long.</remarks>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _lock = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    /// <returns>Text format 0.0.4; null: it could not be collected in time.</returns>
    public string? Write(TimeSpan patience)
    {
        // One at a time: the export below is called from within the collection.
        lock (_lock)
        {
            return Collect?.Invoke((int)patience.TotalMilliseconds) == true ? _text : null;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new SortedDictionary<string, List<Metric>>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = MetricName.Of(metric.Name, metric.Unit, MetricFamily.IsCounter(metric));
            if (!families.TryGetValue(name, out var family))
            {
                families.Add(name, family = []);
            }

            // Two kinds by one name cannot be told apart by a reader: the first one stands.
            if (family.Count == 0 || family[0].MetricType == metric.MetricType)
            {
                family.Add(metric);
            }
        }

        var text = new StringBuilder(16 * 1024);
        foreach (var (name, family) in families)
        {
            MetricFamily.Write(text, name, family);
        }

        _text = text.ToString();
        return ExportResult.Success;
    }
}
