using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fixity.Scheduler.Scans;

namespace Fixity.Scheduler.Schedules;

/// <summary>How late the schedules are.</summary>
internal sealed class ScheduleMetrics
{
    // From what nobody notices to a scheduler that was down for days.
    private static readonly double[] Bounds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400];

    private readonly Histogram<double> _lag;

    public ScheduleMetrics(IMeterFactory meters) => _lag = meters.Create(ScanMetrics.Name).CreateHistogram(
        "fixity.scheduler.lag",
        "s",
        "From the moment that a schedule was due until its scan was in the queue, by trigger.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });

    /// <param name="trigger">One of <see cref="ScanTrigger"/>.</param>
    public void Asked(string trigger, TimeSpan lag) => _lag.Record(
        // The clock of the replica that fires may be behind the one that stored when to.
        Math.Max(lag.TotalSeconds, 0), new TagList { { "trigger", trigger } });
}
