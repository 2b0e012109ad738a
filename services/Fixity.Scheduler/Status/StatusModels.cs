using System.Text.Json;

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

public sealed record SettingView(string Key, JsonElement Value, DateTimeOffset UpdatedAt, string? UpdatedBy);

/// <summary>All settings; there are few, so they come at once.</summary>
public sealed record SettingList(IReadOnlyList<SettingView> Items);
