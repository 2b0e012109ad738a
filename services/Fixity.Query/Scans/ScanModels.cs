using System.Text.Json.Serialization;
using Fixity.Core;
using Fixity.Query.Targets;

namespace Fixity.Query.Scans;

/// <summary>Why a scan was queued.</summary>
public enum ScanTrigger
{
    Schedule,
    Manual,
    First,
    CatchUp,

    /// <summary>The scan before it failed for a reason that may have passed.</summary>
    Retry,

    /// <summary>It goes on where one stopped whose scanner was lost.</summary>
    Resume,
}

/// <summary>How much of what seems unchanged a scan re-reads.</summary>
public enum ScanMode
{
    Incremental,
    Full,
}

/// <summary>What was asked of an active scan and has not happened yet.</summary>
public enum ScanControl
{
    Pause,
    Cancel,
}

/// <summary>What a scan in the queue waits for.</summary>
public enum ScanWait
{
    /// <summary>Its time: a pause before a retry, or what was added so that not all begin at once.</summary>
    Time,

    /// <summary>The end of a blackout of its target.</summary>
    Blackout,

    /// <summary>The end of others: as many as the limits allow are running.</summary>
    Room,

    /// <summary>A scanner that has a place free.</summary>
    Scanner,
}

/// <summary>One scan: what it was asked to do, how far it is, what it found.</summary>
/// <param name="Reason">A stable word when it did not complete.</param>
/// <param name="Message">The same for people.</param>
/// <param name="UpdatedAt">Its last committed batch.</param>
/// <param name="IsBaseline">The first of its target: files are recorded, not reported.</param>
/// <param name="FilesBefore">Present files in the baseline when it started; with <c>filesSeen</c>, how far it is.</param>
/// <param name="FilesExcluded">Left out by the target's patterns.</param>
/// <param name="ResumedFrom">The scan whose scanner was lost and for which this one goes on: what it counts, and its start,
/// are of the two together. Changes stay with the scan that found them.</param>
/// <param name="ResumedBy">The scan that goes on for this one, whose scanner was lost.</param>
/// <param name="NotBefore">Nobody starts it earlier; null: as soon as there is room.</param>
/// <param name="Attempt">1, and one more with each retry of a run that failed.</param>
/// <param name="RetryOf">The failed scan that it repeats.</param>
/// <param name="WaitsFor">Only where one scan is asked for, and while it waits.</param>
/// <param name="QueuePosition">The same; 1 is next. Left out while its time has not come.</param>
/// <param name="ExpectedStartAt">
/// The same; an estimate from how long the scans before it took the last times. Left out when that is not known.
/// </param>
/// <param name="ExpectedSeconds">
/// Only where one scan is asked for, and until it ends: the median of its target's last five that completed and were of
/// its mode.
/// </param>
/// <param name="Segments">Only where one scan is asked for.</param>
/// <param name="Storage">How the target's storage stands now; only where one scan is asked for.</param>
public sealed record ScanView(
    long Id,
    int TargetId,
    string TargetName,
    ScanTrigger Trigger,
    ScanMode Mode,
    ScanStatus Status,
    string? Reason,
    string? Message,
    DateTimeOffset RequestedAt,
    string? RequestedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? UpdatedAt,
    bool IsBaseline,
    ScanControl? Control,
    long? FilesBefore,
    long? BytesBefore,
    string? CurrentPath,
    long FilesSeen,
    long BytesSeen,
    long FilesHashed,
    long BytesHashed,
    long FilesAdded,
    long FilesDeleted,
    long FilesModified,
    long FilesMoved,
    long FilesCorrupted,
    long FilesTampered,
    long FilesRestored,
    long FilesVerified,
    long FilesUnreadable,
    long FilesUnstable,
    long FilesSkipped,
    long FilesExcluded,
    long FilesUnknown,
    long ErrorsCount,
    bool LargeChange,
    string? LargeChangeReason,
    long? ResumedFrom,
    long? ResumedBy,
    DateTimeOffset? NotBefore,
    int Attempt,
    long? RetryOf,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ScanWait? WaitsFor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? QueuePosition = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    DateTimeOffset? ExpectedStartAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    double? ExpectedSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<ScanSegmentView>? Segments = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    StorageStanding? Storage = null);

/// <summary>Whether a storage could be reached when it was last tried, since when, and if not, why.</summary>
/// <param name="Since">Null: it was never tried.</param>
/// <param name="Reason">A stable word.</param>
public sealed record StorageStanding(TargetState State, DateTimeOffset? Since, string? Reason);

/// <summary>A range of path order that one scanner replica works through.</summary>
/// <param name="Scanner">Who holds the lease now; null when nobody does.</param>
/// <param name="Checkpoint">All up to and including this path is committed.</param>
/// <param name="Attempt">How often it was claimed.</param>
public sealed record ScanSegmentView(int Ordinal, ScanStatus Status, string? Scanner, string? Checkpoint, int Attempt);

/// <summary>Something that a scan could not look at, or (kind <c>skipped</c>) never opens.</summary>
/// <param name="Message">Of what is skipped: what it is, such as <c>fifo</c> or <c>symlink</c>.</param>
public sealed record ScanErrorView(long Id, string Path, string Kind, string Message, DateTimeOffset OccurredAt);
