using Fixity.Scheduler.Schedules;
using Npgsql;

namespace Fixity.Scheduler.Status;

/// <summary>Reads how the schedule and the queue stand.</summary>
internal sealed class StatusQueries(NpgsqlDataSource database, ScheduleState schedules, SchedulerReplica self)
{
    public async Task<SchedulerStatusView> ReadStatusAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var replicas = await ReadReplicasAsync(connection, cancellation);
        var scanners = await ReadScannersAsync(connection, cancellation);
        await using var command = new NpgsqlCommand("""
            select
                max(requested_at) filter (where trigger in ('schedule', 'catch-up')),
                (select min(next_fire_time) from scheduler.qrtz_triggers
                    where sched_name = $1 and trigger_state in ('WAITING', 'ACQUIRED') and next_fire_time > 0),
                (count(*) filter (where status in ('running', 'paused')))::integer,
                (count(*) filter (where status = 'queued'))::integer,
                count(*) filter (where status = 'completed'),
                count(*) filter (where status = 'failed')
            from scheduler.scans
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScheduleRegistration.ClusterName });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadStatus(row, replicas, scanners);
    }

    private async Task<List<SchedulerReplicaView>> ReadReplicasAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select name, status, reason, started_at, seen_at, name = $2
            from scheduler.replicas where seen_at > now() - $1 order by started_at, name
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = SchedulerReplica.Patience });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = self.Name });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var replicas = new List<SchedulerReplicaView>();
        while (await row.ReadAsync(cancellation))
        {
            replicas.Add(ReadReplica(row));
        }

        return replicas;
    }

    private static async Task<List<ScannerReplicaView>> ReadScannersAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select r.name, r.slots, (
                    select count(*)::integer from scheduler.scan_segments g
                    where g.lease_owner = r.name and g.status = 'running' and g.lease_until >= now()),
                r.started_at, r.seen_at
            from scanner.replicas r where r.seen_at > now() - $1 order by r.started_at, r.name
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = SchedulerReplica.Patience });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var scanners = new List<ScannerReplicaView>();
        while (await row.ReadAsync(cancellation))
        {
            scanners.Add(ReadScanner(row));
        }

        return scanners;
    }

    private SchedulerStatusView ReadStatus(
        NpgsqlDataReader row, List<SchedulerReplicaView> replicas, List<ScannerReplicaView> scanners) => new(
        schedules.Running || replicas.Exists(r => r is { Answering: false, Status: SchedulerHealth.Healthy }),
        row.GetFieldValue<DateTimeOffset?>(0),
        row.IsDBNull(1) ? null : new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), // Quartz keeps .NET ticks.
        row.GetInt32(2),
        row.GetInt32(3),
        scanners.Sum(s => s.Workers),
        row.GetInt64(4),
        row.GetInt64(5),
        replicas,
        scanners);

    private static SchedulerReplicaView ReadReplica(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2),
        row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetBoolean(5));

    private static ScannerReplicaView ReadScanner(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetInt32(2),
        row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4));
}
