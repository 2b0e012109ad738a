namespace Fixity.Scheduler.Retention;

/// <summary>Log messages of retention. Event ids 2070–2079.</summary>
internal static partial class RetentionLog
{
    [LoggerMessage(2070, LogLevel.Warning, "What is past its time could not be looked at; next try in {Interval}")]
    public static partial void RoundFailed(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(2071, LogLevel.Error, "The {Kind} that are past their time could not be removed in run {RunId}")]
    public static partial void RemovalFailed(this ILogger logger, Exception exception, string kind, long runId);

    [LoggerMessage(2072, LogLevel.Information, "{Partition} was dropped: {Rows} rows, {Bytes} bytes")]
    public static partial void PartitionDropped(this ILogger logger, string partition, long rows, long bytes);

    [LoggerMessage(2073, LogLevel.Information, "{Partition} is past its time and was not dropped: too much of it is not acknowledged, or not read for alerts")]
    public static partial void PartitionKept(this ILogger logger, string partition);

    [LoggerMessage(2074, LogLevel.Information, "Retention run {RunId} ended; {Left} things it had to leave")]
    public static partial void RunEnded(this ILogger logger, long runId, int left);
}
