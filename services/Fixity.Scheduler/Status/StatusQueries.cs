using Fixity.Scheduler.Schedules;
using Npgsql;

namespace Fixity.Scheduler.Status;

/// <summary>Reads how the schedule and the queue stand.</summary>
internal sealed class StatusQueries(NpgsqlDataSource database, ScheduleState schedules)
{
    public async Task<SchedulerStatusView> ReadStatusAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select
                max(requested_at) filter (where trigger in ('schedule', 'catch-up')),
                (select min(next_fire_time) from scheduler.qrtz_triggers
                    where sched_name = $1 and trigger_state in ('WAITING', 'ACQUIRED') and next_fire_time > 0),
                (count(*) filter (where status in ('running', 'paused')))::integer,
                (count(*) filter (where status = 'queued'))::integer,
                count(*) filter (where status = 'completed'),
                count(*) filter (where status = 'failed')
            from scheduler.scans
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScheduleRegistration.ClusterName });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadStatus(row);
    }

    private SchedulerStatusView ReadStatus(NpgsqlDataReader row) => new(
        schedules.Running,
        row.GetFieldValue<DateTimeOffset?>(0),
        row.IsDBNull(1) ? null : new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), // Quartz keeps .NET ticks.
        row.GetInt32(2),
        row.GetInt32(3),
        row.GetInt64(4),
        row.GetInt64(5));
}
