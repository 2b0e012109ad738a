using Fixity.Core.Schedules;
using Fixity.Data.Columns;
using Npgsql;

namespace Fixity.Scheduler.Schedules;

/// <summary>
/// Keeps with each target the blackout that is or comes next, and pauses running scans in those that ask for it. Any
/// replica may do it, at any time, again; all times are the database's.
/// </summary>
internal sealed class BlackoutKeeper(NpgsqlDataSource database, ILogger<BlackoutKeeper> logger)
{
    public async Task KeepAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ScheduleLock.TakeAsync(connection, cancellation);
        foreach (var target in await ReadStaleAsync(connection, cancellation))
        {
            if (TimeZoneInfo.TryFindSystemTimeZoneById(target.TimeZone, out var zone))
            {
                await WriteAsync(connection, target, zone, cancellation);
            }
            else
            {
                logger.BlackoutsUnreadable(target.Id, $"the time zone {target.TimeZone} is not known");
            }
        }

        var paused = await PauseAsync(connection, cancellation);
        var resumed = await ResumeAsync(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        paused.ForEach(scan => logger.PausedByBlackout(scan.Id, scan.TargetId));
        resumed.ForEach(scan => logger.ResumedAfterBlackout(scan.Id, scan.TargetId));
    }

    /// <summary>Targets whose windows are over, or not worked out yet.</summary>
    private static async Task<List<StaleTarget>> ReadStaleAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Not those that another transaction changes at this moment: they are stale in the next round too.
        await using var command = new NpgsqlCommand("""
            select id, blackouts, time_zone, clock_timestamp()
            from scheduler.targets
            where deleted_at is null and blackouts <> '[]'
                and (blackout_until is null or blackout_until <= clock_timestamp() or pause_until <= clock_timestamp())
            order by id
            for no key update skip locked
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<StaleTarget>();
        while (await row.ReadAsync(cancellation))
        {
            targets.Add(ReadTarget(row));
        }

        return targets;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, StaleTarget target, TimeZoneInfo zone, CancellationToken cancellation)
    {
        var blackout = new BlackoutCalendar(target.Blackouts, zone).CurrentOrNext(target.Now);
        var pause = new BlackoutCalendar([.. target.Blackouts.Where(b => b.PauseRunning)], zone).CurrentOrNext(target.Now);
        await using var command = new NpgsqlCommand("""
            update scheduler.targets
            set blackout_from = $2, blackout_until = $3, pause_from = $4, pause_until = $5
            where id = $1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.Id });
        foreach (var time in new[] { blackout?.From, blackout?.Until, pause?.From, pause?.Until })
        {
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = time });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<(long Id, int TargetId)>> PauseAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        // A scan that waits needs no pause, it does not begin in a blackout anyway; but one that goes on for another does.
        await using var command = new NpgsqlCommand("""
            with paused as (
                update scheduler.scans s set control = 'pause', paused_by = 'blackout'
                from scheduler.targets t
                where t.id = s.target_id and s.control is null
                    and (s.status in ('running', 'paused') or s.status = 'queued' and s.started_at is not null)
                    and t.pause_from <= clock_timestamp() and clock_timestamp() < t.pause_until
                returning s.id, s.target_id
            )
            select id, target_id, pg_notify('fixity_scan_queued', id::text)::text from paused
            """, connection);
        return await ReadScansAsync(command, cancellation);
    }

    private static async Task<List<(long Id, int TargetId)>> ResumeAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Only what a blackout paused: what a person paused waits for a person.
        await using var command = new NpgsqlCommand("""
            with resumed as (
                update scheduler.scans s set control = null, paused_by = null
                from scheduler.targets t
                where t.id = s.target_id and s.status in ('queued', 'running', 'paused')
                    and s.control = 'pause' and s.paused_by = 'blackout'
                    and (t.pause_from <= clock_timestamp() and clock_timestamp() < t.pause_until) is not true
                returning s.id, s.target_id
            )
            select id, target_id, pg_notify('fixity_scan_queued', id::text)::text from resumed
            """, connection);
        return await ReadScansAsync(command, cancellation);
    }

    private static async Task<List<(long Id, int TargetId)>> ReadScansAsync(
        NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var scans = new List<(long Id, int TargetId)>();
        while (await row.ReadAsync(cancellation))
        {
            scans.Add((row.GetInt64(0), row.GetInt32(1)));
        }

        return scans;
    }

    private static StaleTarget ReadTarget(NpgsqlDataReader row) => new(
        row.GetInt32(0), BlackoutsColumn.Read(row.GetString(1)), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3));

    private sealed record StaleTarget(int Id, IReadOnlyList<Blackout> Blackouts, string TimeZone, DateTimeOffset Now);
}
