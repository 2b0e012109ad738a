using System.Diagnostics.Metrics;
using Fixity.Scanner.Scans;

namespace Fixity.Scanner.Rollups;

/// <summary>How long the sums of a target take. In the meter of the scanner.</summary>
internal sealed class RollupMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _duration = meters.Create(ScanMetrics.Name).CreateHistogram<double>(
        "fixity.rollup.duration", "s", "Summing up the folders of one target.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 600] });

    public void RolledUp(TimeSpan elapsed) => _duration.Record(elapsed.TotalSeconds);
}
