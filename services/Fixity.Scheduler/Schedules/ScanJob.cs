using System.Globalization;
using Fixity.Scheduler.Scans;
using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>What a schedule does: it puts a scan in the queue. The name of the trigger is the target's id.</summary>
internal sealed class ScanJob(ScheduledRuns runs, ILogger<ScanJob> logger) : IJob
{
    public const string TriggerGroup = "targets";

    // Later than this is not a busy moment but a time when no scheduler ran.
    private static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    public static readonly JobKey Key = new("scan", TriggerGroup);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // A trace of its own from the scheduled moment on: the scanner continues it.
        using var activity = ScanMetrics.Activities.StartActivity("scheduled scan");
        // Recovered from a replica that died, it comes with a trigger of its own.
        var key = (context.Recovering ? context.RecoveringTriggerKey : null) ?? context.Trigger.Key;
        var targetId = int.Parse(key.Name, NumberStyles.None, CultureInfo.InvariantCulture);
        var due = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        var trigger = context.FireTimeUtc - due > OnTime ? ScanTrigger.CatchUp : ScanTrigger.Schedule;

        if (await runs.EnqueueAsync(targetId, trigger, due, context.Recovering, cancellationToken) is { } scan)
        {
            logger.ScheduleFired(targetId, due, trigger, scan.Outcome, scan.ScanId);
        }
        else
        {
            logger.ScheduleFiredAgain(targetId, due);
        }
    }
}
