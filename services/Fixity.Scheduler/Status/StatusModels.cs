namespace Fixity.Scheduler.Status;

/// <param name="Running">Whether this replica takes part in the schedule.</param>
/// <param name="LastRunAt">When a schedule last asked for a scan.</param>
/// <param name="NextRunAt">When a schedule asks next; null when none is set.</param>
/// <param name="ActiveScans">Running or paused.</param>
/// <param name="QueueDepth">Waiting for a scanner.</param>
public sealed record SchedulerStatusView(
    bool Running,
    DateTimeOffset? LastRunAt,
    DateTimeOffset? NextRunAt,
    int ActiveScans,
    int QueueDepth,
    long TotalCompleted,
    long TotalFailed);

/// <param name="Status">healthy, degraded or stopped.</param>
/// <param name="Reason">Null when healthy.</param>
public sealed record SchedulerHealthView(string Status, string? Reason);
