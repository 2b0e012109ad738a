namespace Fixity.Scanner.Scans;

/// <summary>Log messages of the scan loop. Event ids 3000–3099; an id is never reused, operators alert on it.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(3000, LogLevel.Information,
        "Scan {ScanId} of target {TargetName} ({Root}): segment {Ordinal} claimed, attempt {Attempt}, from '{Checkpoint}'")]
    public static partial void SegmentClaimed(
        this ILogger logger, long scanId, string targetName, string root, int ordinal, int attempt, string checkpoint);

    [LoggerMessage(3001, LogLevel.Information,
        "Scan {ScanId}: segment {Ordinal} ended as {Outcome} after {ElapsedSeconds:F1} s")]
    public static partial void SegmentEnded(
        this ILogger logger, long scanId, int ordinal, string outcome, double elapsedSeconds);

    [LoggerMessage(3002, LogLevel.Warning,
        "Scan {ScanId}: segment {Ordinal} was taken over by another scanner; what was not committed is dropped")]
    public static partial void LeaseLost(this ILogger logger, long scanId, int ordinal);

    [LoggerMessage(3003, LogLevel.Warning,
        "Scan {ScanId}: the lease of segment {Ordinal} could not be renewed in time; another scanner may have it")]
    public static partial void LeaseUnprovable(this ILogger logger, Exception exception, long scanId, int ordinal);

    [LoggerMessage(3004, LogLevel.Warning,
        "Scan {ScanId} failed: {Reason}. Nothing was marked deleted on its account. {Message}")]
    public static partial void ScanFailed(this ILogger logger, long scanId, string reason, string message);

    [LoggerMessage(3005, LogLevel.Error, "Scan {ScanId}: segment {Ordinal} failed for a reason that nobody expected")]
    public static partial void ScanBroken(this ILogger logger, Exception exception, long scanId, int ordinal);

    [LoggerMessage(3006, LogLevel.Warning, "The queue of scans could not be looked after; next look in {PollInterval}")]
    public static partial void QueueUnreachable(this ILogger logger, Exception exception, TimeSpan pollInterval);

    [LoggerMessage(3007, LogLevel.Information, "Scan {ScanId} of target {TargetId} closed: {Status}")]
    public static partial void ScanClosed(this ILogger logger, long scanId, int targetId, string status);

    [LoggerMessage(3008, LogLevel.Warning,
        "Scan {ScanId}: the database was away too long for segment {Ordinal}; it goes on from its checkpoint")]
    public static partial void DatabaseAway(this ILogger logger, Exception exception, long scanId, int ordinal);

    [LoggerMessage(3009, LogLevel.Warning, "Target {TargetId} is online again")]
    public static partial void TargetOnline(this ILogger logger, int targetId);

    [LoggerMessage(3010, LogLevel.Information, "Listening for scans as {Owner}")]
    public static partial void Listening(this ILogger logger, string owner);

    [LoggerMessage(3011, LogLevel.Debug, "Not listening for notifications any more; polling until it works again")]
    public static partial void ListeningFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Error, "Scan {ScanId} could not be closed; it is tried again with the next look")]
    public static partial void ClosingFailed(this ILogger logger, Exception exception, long scanId);

    [LoggerMessage(3013, LogLevel.Information,
        "Scan {ScanId}: segment {Ordinal} ends at '{At}' from now on; what lies behind is for another scanner")]
    public static partial void SegmentSplit(this ILogger logger, long scanId, int ordinal, string at);

    [LoggerMessage(3014, LogLevel.Debug, "Scan {ScanId}: segment {Ordinal} is not split; it goes on as it was")]
    public static partial void NotSplit(this ILogger logger, Exception exception, long scanId, int ordinal);

    [LoggerMessage(3015, LogLevel.Information,
        "Scan {ScanId}: a split of segment {Ordinal} was not recorded; the old range is scanned on")]
    public static partial void SplitFailed(this ILogger logger, Exception exception, long scanId, int ordinal);

    [LoggerMessage(3016, LogLevel.Debug, "This scanner could not say that it is there; it is told again in {Interval}")]
    public static partial void PresenceUntold(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(3017, LogLevel.Warning,
        "Scan {ScanId} was left by its scanners and goes on as scan {ResumedAs}, from where it stopped")]
    public static partial void ScanResumed(this ILogger logger, long scanId, long resumedAs);
}
