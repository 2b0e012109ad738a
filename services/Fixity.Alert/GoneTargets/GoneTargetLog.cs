namespace Fixity.Alert.GoneTargets;

/// <summary>Log messages of deleted targets. Event ids 5080–5084.</summary>
internal static partial class GoneTargetLog
{
    [LoggerMessage(5080, LogLevel.Information, "{Rows} rows about deleted targets are gone")]
    public static partial void TargetsForgotten(this ILogger logger, long rows);

    [LoggerMessage(5081, LogLevel.Warning, "What is kept about deleted targets cannot be looked at; next look in {Interval}")]
    public static partial void TargetsUnreachable(this ILogger logger, Exception exception, TimeSpan interval);
}
