namespace Fixity.Scanner.Rollups;

/// <summary>Log messages of the sums that are kept. Event ids 3120–3139; an id is never reused.</summary>
internal static partial class RollupLog
{
    [LoggerMessage(3120, LogLevel.Debug,
        "Target {TargetId}: {Folders} folders summed up, {Written} of them anew, in {ElapsedSeconds:F1} s")]
    public static partial void RolledUp(
        this ILogger logger, int targetId, long folders, long written, double elapsedSeconds);

    [LoggerMessage(3121, LogLevel.Warning, "The folders of target {TargetId} could not be summed up; the old sums stand")]
    public static partial void RollupFailed(this ILogger logger, Exception exception, int targetId);

    [LoggerMessage(3122, LogLevel.Warning, "Sums could not be brought up to date; next look in {Interval}")]
    public static partial void RollupsUnreachable(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(3123, LogLevel.Debug, "{Events} change events counted, and more are there")]
    public static partial void TallyGoesOn(this ILogger logger, int events);
}
