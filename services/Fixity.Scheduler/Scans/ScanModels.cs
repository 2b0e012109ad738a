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

/// <summary>Words of <c>scheduler.scans.trigger</c>: what asked for a scan.</summary>
internal static class ScanTrigger
{
    public const string Schedule = "schedule";
    public const string Manual = "manual";
    public const string First = "first";
    public const string CatchUp = "catch-up";
}

/// <summary>Words of <c>scheduler.scans.control</c>, and the one for none.</summary>
internal enum ScanControl
{
    Pause,
    Resume,
    Cancel,
}
