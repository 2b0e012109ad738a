using Npgsql;

namespace Fixity.Scheduler.Status;

/// <summary>Reads the figures of the queue, all of them from the database: each replica gives the same answer.</summary>
internal sealed class MetricsQueries(NpgsqlDataSource database)
{
    public async Task<SchedulerMetricsView> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var (queued, active, utilization) = await ReadNowAsync(connection, cancellation);
        var completed = await ReadCountsAsync(connection, """
            select status, count(*) from scheduler.scans
            where ended_at is not null and reason is distinct from 'scanner_lost' group by status order by status
            """, cancellation);
        var errors = await ReadCountsAsync(connection, """
            select reason, count(*) from scheduler.scans
            where status in ('failed', 'partial') and reason is not null group by reason order by reason
            """, cancellation);
        return new SchedulerMetricsView(
            queued, active, completed, await ReadDurationsAsync(connection, cancellation), errors, utilization);
    }

    private static async Task<(int Queued, int Active, double? Utilization)> ReadNowAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select
                (select count(*) filter (where status = 'queued')::integer from scheduler.scans
                    where status in ('queued', 'running', 'paused')),
                (select count(*) filter (where status <> 'queued')::integer from scheduler.scans
                    where status in ('queued', 'running', 'paused')),
                (select least(busy::double precision, slots) / slots from (
                    select sum(slots) as slots, (
                        select count(*) from scheduler.scan_segments
                        where status = 'running' and lease_until >= now()) as busy
                    from scanner.replicas where seen_at > now() - $1) workers)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = SchedulerReplica.Patience });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadNow(row);
    }

    private static async Task<Dictionary<string, long>> ReadCountsAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var counts = new Dictionary<string, long>();
        while (await row.ReadAsync(cancellation))
        {
            counts.Add(row.GetString(0), row.GetInt64(1));
        }

        return counts;
    }

    private static async Task<Dictionary<string, ScanDurationView>> ReadDurationsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select mode, count(*), avg(seconds), percentile_cont(0.5) within group (order by seconds), max(seconds)
            from (
                select mode, extract(epoch from ended_at - started_at)::double precision as seconds
                from scheduler.scans
                where status = 'completed' and ended_at > now() - interval '30 days'
            ) ended
            group by mode
            order by mode
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var durations = new Dictionary<string, ScanDurationView>();
        while (await row.ReadAsync(cancellation))
        {
            durations.Add(row.GetString(0), ReadDuration(row));
        }

        return durations;
    }

    private static (int Queued, int Active, double? Utilization) ReadNow(NpgsqlDataReader row) =>
        (row.GetInt32(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetDouble(2));

    private static ScanDurationView ReadDuration(NpgsqlDataReader row) =>
        new(row.GetInt64(1), row.GetDouble(2), row.GetDouble(3), row.GetDouble(4));
}
