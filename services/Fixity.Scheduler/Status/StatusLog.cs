namespace Fixity.Scheduler.Status;

/// <summary>Log messages of the status. Event ids 2090–2094.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(2090, LogLevel.Debug, "This scheduler could not say that it is there; it is told again in {Interval}")]
    public static partial void PresenceUntold(this ILogger logger, Exception exception, TimeSpan interval);
}
