using Fixity.Core.Schedules;
using Npgsql;
using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>Makes the triggers in the job store say what the targets say. Any replica may do it, at any time, again.</summary>
internal sealed class ScheduleReconciler(
    NpgsqlDataSource database, TimeProvider clock, ILogger<ScheduleReconciler> logger)
{

    // A database that restarts is back within minutes; after that the next run of the schedule stands.
    private static readonly RetryPolicy Retries =
        RetryPolicy.Exponential(6, TimeSpan.FromSeconds(10), 2, TimeSpan.FromMinutes(5));

    /// <returns>Targets whose trigger could not be settled; the others are not held up by them.</returns>
    public async Task<IReadOnlyList<string>> ReconcileAsync(IScheduler scheduler, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One replica at a time, and rows read after the lock: what an older reading wrote is always corrected.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ScheduleLock.TakeAsync(connection, cancellation);

        var unsettled = new List<string>();
        foreach (var difference in await ReadDifferencesAsync(connection, cancellation))
        {
            try
            {
                await SettleAsync(scheduler, difference, cancellation);
            }
            catch (SchedulerException e)
            {
                logger.SettlingFailed(e, difference.TargetId);
                unsettled.Add(difference.TargetId);
            }
        }

        await transaction.CommitAsync(cancellation);
        return unsettled;
    }

    private static async Task<List<Difference>> ReadDifferencesAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The description of a trigger holds what it was made of, so that equal means nothing to do.
        await using var command = new NpgsqlCommand("""
            select coalesce(wanted.name, found.name), wanted.schedule, wanted.time_zone, wanted.missed_runs, wanted.made_of
            from (
                select id::text as name, schedule, time_zone, missed_runs,
                    schedule || ' | ' || time_zone || case missed_runs when 'one' then '' else ' | ' || missed_runs end
                        as made_of
                from scheduler.targets
                where enabled and deleted_at is null and schedule is not null and not schedule_paused
            ) wanted
            full join (
                select trigger_name as name, description as made_of, trigger_state
                from scheduler.qrtz_triggers
                where sched_name = $1 and trigger_group = $2
            ) found on found.name = wanted.name
            where found.name is null or wanted.name is null
                or found.made_of is distinct from wanted.made_of or found.trigger_state = 'ERROR'
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScheduleRegistration.ClusterName });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScanJob.TriggerGroup });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var differences = new List<Difference>();
        while (await row.ReadAsync(cancellation))
        {
            differences.Add(ReadDifference(row));
        }

        return differences;
    }

    private async Task SettleAsync(IScheduler scheduler, Difference difference, CancellationToken cancellation)
    {
        var key = new TriggerKey(difference.TargetId, ScanJob.TriggerGroup);
        if (difference.Schedule is not { } text)
        {
            await scheduler.UnscheduleJob(key, cancellation);
            logger.Unscheduled(difference.TargetId);
            return;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(difference.TimeZone!, out var zone)
            || !Schedule.TryParse(text, zone, out var schedule, out _))
        {
            // It was valid when it was saved: this machine lacks the zone.
            logger.ScheduleUnreadable(difference.TargetId, text, difference.TimeZone!);
            return;
        }

        var job = JobBuilder.Create<ScanJob>().WithIdentity(ScanJob.Key).RequestRecovery().StoreDurably().Build();
        var trigger = schedule.ToTrigger(makesUpForMissed: difference.MissedRuns == MissedRuns.One, clock)
            .WithIdentity(key)
            .ForJob(ScanJob.Key)
            .WithDescription(difference.MadeOf)
            .WithRetryPolicy(Retries)
            .Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellation);
        logger.Scheduled(difference.TargetId, text, difference.TimeZone!);
    }

    private static Difference ReadDifference(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.IsDBNull(1) ? null : row.GetString(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.IsDBNull(3) ? null : MissedRunsWords.Read(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetString(4));

    /// <param name="Schedule">Null: the target wants no trigger.</param>
    private sealed record Difference(
        string TargetId, string? Schedule, string? TimeZone, MissedRuns? MissedRuns, string? MadeOf);
}
