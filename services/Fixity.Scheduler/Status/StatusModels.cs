namespace Fixity.Scheduler.Status;

/// <param name="Running">Whether a scheduler takes part in the schedule: this one, or another that was seen just now.</param>
/// <param name="LastRunAt">When a schedule last asked for a scan.</param>
/// <param name="NextRunAt">When a schedule asks next; null when none is set.</param>
/// <param name="ActiveScans">Running or paused.</param>
/// <param name="QueueDepth">Waiting: for a scanner, for room, for their time.</param>
/// <param name="WorkerCount">Segments that the living scanners can work on at once, all together.</param>
/// <param name="Replicas">Schedulers that were seen in the last half minute.</param>
/// <param name="Scanners">Scanners that were.</param>
public sealed record SchedulerStatusView(
    bool Running,
    DateTimeOffset? LastRunAt,
    DateTimeOffset? NextRunAt,
    int ActiveScans,
    int QueueDepth,
    int WorkerCount,
    long TotalCompleted,
    long TotalFailed,
    IReadOnlyList<SchedulerReplicaView> Replicas,
    IReadOnlyList<ScannerReplicaView> Scanners);

/// <param name="Status">healthy, degraded or stopped.</param>
/// <param name="Reason">Null when healthy.</param>
/// <param name="Answering">Whether it is the one that gives this answer.</param>
public sealed record SchedulerReplicaView(
    string Name, string Status, string? Reason, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool Answering);

/// <param name="Workers">Segments that it can work on at once.</param>
/// <param name="Busy">Segments that it works on.</param>
public sealed record ScannerReplicaView(
    string Name, int Workers, int Busy, DateTimeOffset StartedAt, DateTimeOffset SeenAt);

/// <param name="QueueDepth">Waiting: for a scanner, for room, for their time.</param>
/// <param name="ActiveScans">Running or paused.</param>
/// <param name="CompletedScans">Ended scans since the beginning, by status.</param>
/// <param name="ScanDurations">Of scans that completed in the last 30 days, by mode.</param>
/// <param name="ErrorCounts">Scans that failed or broke off since the beginning, by reason.</param>
/// <param name="WorkerUtilization">0 to 1; null while no scanner lives.</param>
public sealed record SchedulerMetricsView(
    int QueueDepth,
    int ActiveScans,
    IReadOnlyDictionary<string, long> CompletedScans,
    IReadOnlyDictionary<string, ScanDurationView> ScanDurations,
    IReadOnlyDictionary<string, long> ErrorCounts,
    double? WorkerUtilization);

public sealed record ScanDurationView(long Count, double AverageSeconds, double MedianSeconds, double LongestSeconds);

/// <param name="Status">healthy, degraded or stopped.</param>
/// <param name="Reason">Null when healthy.</param>
public sealed record SchedulerHealthView(string Status, string? Reason);
