namespace Fixity.Scheduler.Scans;

/// <summary>How much a scan reads: what changed and its share of the rest, or everything.</summary>
public enum ScanMode
{
    Incremental,
    Full,
}

public sealed record ScanRequest(ScanMode Mode = ScanMode.Incremental);

/// <summary>A scan that was asked for, and where to see how it fares.</summary>
public sealed record ScanTicket(long ScanId, string StatusUrl, string Status)
{
    internal static ScanTicket Of(long scanId, string status) => new(scanId, $"/api/v1/scans/{scanId}", status);
}

/// <param name="ScanIds">One a target: queued now, or active already.</param>
public sealed record ScanNowAnswer(IReadOnlyList<long> ScanIds);

/// <summary>Words of <c>scheduler.scans.trigger</c> that are asked for here; a <c>retry</c> asks for itself.</summary>
internal static class ScanTrigger
{
    public const string Schedule = "schedule";
    public const string Manual = "manual";
    public const string First = "first";
    public const string CatchUp = "catch-up";
}

/// <summary>A scan that is asked for.</summary>
/// <param name="Trigger">One of <see cref="ScanTrigger"/>.</param>
internal sealed record ScanOrder(int TargetId, string Trigger)
{
    private const short PersonWaits = 10;

    public ScanMode Mode { get; init; } = ScanMode.Incremental;

    public string? RequestedBy { get; init; }

    /// <summary>Nobody starts it earlier. Null: as soon as there is room.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public bool IsOfPerson => Trigger == ScanTrigger.Manual;

    public bool IsOfSchedule => Trigger is ScanTrigger.Schedule or ScanTrigger.CatchUp;

    /// <summary>Higher is sooner.</summary>
    public short Priority => IsOfPerson ? PersonWaits : (short)0;
}

internal sealed record Enqueued(EnqueueOutcome Outcome, long? ScanId, string? Status);

/// <param name="Changed">False when the scan had ended, is being cancelled, or is held by a blackout.</param>
/// <param name="HeldUntil">The end of the blackout that keeps it from going on; null: none does.</param>
internal sealed record ScanState(string Status, bool Cancelling, bool Changed, DateTimeOffset? HeldUntil);

internal enum EnqueueOutcome
{
    Queued,
    AlreadyActive,

    /// <summary>A schedule came due during a scan that a person asked for; its own run is queued when that has ended.</summary>
    Remembered,
    TargetUnknown,
    TargetDisabled,
}

/// <summary>Words of <c>scheduler.scans.control</c>, and the one for none.</summary>
internal enum ScanControl
{
    Pause,
    Resume,
    Cancel,
}
