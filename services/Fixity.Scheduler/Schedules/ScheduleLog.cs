using Fixity.Scheduler.Scans;

namespace Fixity.Scheduler.Schedules;

/// <summary>Log messages of the schedules. Event ids 2000–2019.</summary>
internal static partial class ScheduleLog
{
    [LoggerMessage(2000, LogLevel.Information, "Scheduler {InstanceId} takes part in the schedule")]
    public static partial void Started(this ILogger logger, string instanceId);

    [LoggerMessage(2001, LogLevel.Information, "Target {TargetId} is scheduled: {Schedule} in {TimeZone}")]
    public static partial void Scheduled(this ILogger logger, string targetId, string schedule, string timeZone);

    [LoggerMessage(2002, LogLevel.Information, "Target {TargetId} is not scheduled any more")]
    public static partial void Unscheduled(this ILogger logger, string targetId);

    [LoggerMessage(2003, LogLevel.Error, "The schedule of target {TargetId} cannot be read here: {Schedule} in {TimeZone}")]
    public static partial void ScheduleUnreadable(this ILogger logger, string targetId, string schedule, string timeZone);

    [LoggerMessage(2004, LogLevel.Information, "Schedule of target {TargetId}, due {Due}, asked for a {Trigger} scan: {Outcome}, scan {ScanId}")]
    public static partial void ScheduleFired(
        this ILogger logger, int targetId, DateTimeOffset due, string trigger, EnqueueOutcome outcome, long? scanId);

    [LoggerMessage(2007, LogLevel.Information, "Schedule of target {TargetId}, due {Due}, had asked for its scan already")]
    public static partial void ScheduleFiredAgain(this ILogger logger, int targetId, DateTimeOffset due);

    [LoggerMessage(2008, LogLevel.Information, "Scan {ScanId} of target {TargetId} is paused: a blackout began")]
    public static partial void PausedByBlackout(this ILogger logger, long scanId, int targetId);

    [LoggerMessage(2009, LogLevel.Information, "Scan {ScanId} of target {TargetId} goes on: the blackout ended")]
    public static partial void ResumedAfterBlackout(this ILogger logger, long scanId, int targetId);

    [LoggerMessage(2010, LogLevel.Error, "The blackouts of target {TargetId} cannot be kept here: {Reason}")]
    public static partial void BlackoutsUnreadable(this ILogger logger, int targetId, string reason);

    [LoggerMessage(2005, LogLevel.Warning, "The schedules could not be brought up to date; next try in {RetryInterval}")]
    public static partial void RoundFailed(this ILogger logger, Exception exception, TimeSpan retryInterval);

    [LoggerMessage(2006, LogLevel.Error, "The schedule of target {TargetId} could not be brought up to date")]
    public static partial void SettlingFailed(this ILogger logger, Exception exception, string targetId);
}
