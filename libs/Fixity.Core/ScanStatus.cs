namespace Fixity.Core;

/// <summary>Where a scan, or a segment of one, stands.</summary>
public enum ScanStatus
{
    Queued = 1,
    Running = 2,
    Paused = 3,
    Completed = 4,

    /// <summary>It ended, and something remains unknown.</summary>
    Partial = 5,

    Failed = 6,
    Cancelled = 7,
}

/// <summary>The words of <see cref="ScanStatus"/>, as stored and sent.</summary>
public static class ScanStatuses
{
    /// <summary>Whether nothing more will happen to it.</summary>
    public static bool IsFinal(this ScanStatus status) =>
        status is ScanStatus.Completed or ScanStatus.Partial or ScanStatus.Failed or ScanStatus.Cancelled;

    public static string Name(this ScanStatus status) => status switch
    {
        ScanStatus.Queued => "queued",
        ScanStatus.Running => "running",
        ScanStatus.Paused => "paused",
        ScanStatus.Completed => "completed",
        ScanStatus.Partial => "partial",
        ScanStatus.Failed => "failed",
        ScanStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status of a scan"),
    };

    public static bool TryParse(string? name, out ScanStatus status)
    {
        foreach (var candidate in Enum.GetValues<ScanStatus>())
        {
            if (string.Equals(candidate.Name(), name, StringComparison.Ordinal))
            {
                status = candidate;
                return true;
            }
        }

        status = default;
        return false;
    }
}
