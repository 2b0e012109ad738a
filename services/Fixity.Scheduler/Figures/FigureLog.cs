namespace Fixity.Scheduler.Figures;

/// <summary>Log messages of the figures. Event ids 2100–2104.</summary>
internal static partial class FigureLog
{
    [LoggerMessage(2100, LogLevel.Warning, "The figures for the metrics could not be read; next try in {RetryInterval}")]
    public static partial void FiguresUnreadable(this ILogger logger, Exception exception, TimeSpan retryInterval);
}
