namespace Fixity.Scheduler.Scans;

/// <summary>Log messages of the queue. Event ids 2110–2119.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(2110, LogLevel.Information, "Queued by itself: {Retries} retries of failed scans, {FollowUps} runs that a schedule waited for")]
    public static partial void QueuedByItself(this ILogger logger, int retries, int followUps);

    [LoggerMessage(2111, LogLevel.Warning, "Retries and waiting runs could not be queued; next look in {Interval}")]
    public static partial void QueueRoundFailed(this ILogger logger, Exception exception, TimeSpan interval);
}
