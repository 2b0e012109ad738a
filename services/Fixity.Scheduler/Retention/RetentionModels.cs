namespace Fixity.Scheduler.Retention;

/// <summary>What is removed when its time is over, in this order.</summary>
public enum RetentionKind
{
    ChangeEvents,
    TargetEvents,
    Files,
    ScanDetails,
    Deliveries,
    AuditEntries,
    Sessions,
}

/// <summary>How a run stands.</summary>
public enum RetentionStatus
{
    Queued,
    Running,
    Completed,

    /// <summary>It ended, and something is left that it should have removed; the message says what.</summary>
    Incomplete,
}

/// <summary>One removal of all that is past its time.</summary>
/// <param name="RequestedBy">Null: it was time.</param>
/// <param name="Kind">The word of <see cref="RetentionKind"/> that it is at; null when it is not running.</param>
/// <param name="Rows">Removed in all.</param>
/// <param name="Bytes">Freed: of whole months what they took on disk, of single rows their own size.</param>
public sealed record RetentionRun(
    long Id,
    RetentionStatus Status,
    DateTimeOffset RequestedAt,
    string? RequestedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Kind,
    string? Message,
    long Rows,
    long Bytes,
    IReadOnlyList<RetentionRemoval> Removed);

public sealed record RetentionRemoval(RetentionKind Kind, long Rows, long Bytes);

/// <param name="Items">The last ones, newest first.</param>
/// <param name="NextRunAt">When the next one begins by itself.</param>
public sealed record RetentionRunList(IReadOnlyList<RetentionRun> Items, DateTimeOffset NextRunAt);
