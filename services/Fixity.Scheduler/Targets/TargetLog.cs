using Fixity.Core;

namespace Fixity.Scheduler.Targets;

/// <summary>Log messages of targets. Event ids 2020–2039.</summary>
internal static partial class TargetLog
{
    [LoggerMessage(2023, LogLevel.Information, "The credentials of target {TargetId} were set by {Caller}: {Source} {Reference}")]
    public static partial void CredentialsSet(
        this ILogger logger, int targetId, string caller, CredentialsSource source, string? reference);

    [LoggerMessage(2020, LogLevel.Information, "Target {TargetId} was made of the watched folder {Root}")]
    public static partial void WatchCreated(this ILogger logger, int targetId, string root);

    [LoggerMessage(2021, LogLevel.Error, "The watched folder {Root} is not a target: {Reason}")]
    public static partial void WatchRefused(this ILogger logger, string root, string reason);

    [LoggerMessage(2022, LogLevel.Error, "The watched folder could not be made a target, or its first scan not be queued")]
    public static partial void WatchFailed(this ILogger logger, Exception exception);
}
