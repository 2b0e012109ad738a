using Fixity.Core;
using Fixity.Core.Schedules;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Fixity.Query.Scans;
using Npgsql;

namespace Fixity.Query.Targets;

/// <summary>Reads targets with what is known of them as a whole.</summary>
internal sealed class TargetQueries(NpgsqlDataSource database, ScanQueries scans)
{
    /// <summary>By name without case, which the unique index on it makes a key.</summary>
    internal const string PageSql = """
        select t.id, t.name, t.type, t.root, t.enabled, t.schedule, t.time_zone, t.checksum_algorithm, t.workers,
               t.sample_percent, t.verify_within_days, t.batch_size, t.large_change_count, t.large_change_percent,
               t.large_change_bytes, t.created_at, t.updated_at, coalesce(ts.state, 'unknown'), ts.state_since,
               ts.state_reason, known.listed, ts.files_present - ts.files_waiting,
               ts.bytes_present - ts.bytes_waiting, files.corrupted, files.unreadable,
               ranges.count, oldest.verified_at, active.id, ended.id, complete.ended_at, lower(t.name), due.next_fire_time,
               t.options, files.tampered, t.connection, c.target_id is not null, c.reference, c.who, c.updated_at,
               c.updated_by, t.missed_runs, t.schedule_paused, t.jitter_seconds, t.blackouts,
               case when t.blackout_from <= now() and t.blackout_until > now() then t.blackout_until end, t.retention_days,
               ts.mtime_granularity_ns
        from scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id
        left join scheduler.target_credentials c on c.target_id = t.id
        left join scheduler.scans complete on complete.id = ts.last_complete_scan
        -- Scheduler and group as the scheduler service names them. Without the target's own word a trigger counts for
        -- nothing: it may wait to be taken away.
        left join scheduler.qrtz_triggers due
               on due.sched_name = 'fixity' and due.trigger_group = 'targets' and due.trigger_name = t.id::text
               and due.trigger_state in ('WAITING', 'ACQUIRED') and due.next_fire_time > 0
               and t.enabled and t.schedule is not null and not t.schedule_paused
        left join scheduler.scans active
               on active.target_id = t.id and active.status in ('queued', 'running', 'paused')
        left join lateral (
            select s.id from scheduler.scans s
            where s.target_id = t.id and s.ended_at is not null and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 1
        ) ended on true
        cross join lateral (
            -- A scan that failed, was cancelled or lost has not counted the files.
            select exists (
                select from scheduler.scans s
                where s.target_id = t.id and s.status in ('completed', 'partial')
                    and s.reason is distinct from 'scanner_lost') as listed
        ) known
        cross join lateral (
            select count(*) filter (where f.state = 3) as corrupted, count(*) filter (where f.state = 4) as unreadable,
                   count(*) filter (where f.state = 5) as tampered
            from scanner.files f
            where f.target_id = t.id and f.state in (3, 4, 5)
        ) files
        cross join lateral (
            select count(*)::int as count from scanner.unknown_ranges u where u.target_id = t.id
        ) ranges
        left join lateral (
            select f.verified_at from scanner.files f
            where f.target_id = t.id and f.state <> 2 and f.state <> 6 and f.verified_at is not null
            order by f.verified_at limit 1
        ) oldest on true
        where t.deleted_at is null and ($1::int is null or t.id = $1) and lower(t.name) > $2
        order by lower(t.name)
        limit $3
        """;

    /// <param name="after">Lower-case name of the last target of the page before; empty for the first page.</param>
    public Task<List<TargetRow>> PageAsync(string after, int limit, CancellationToken cancellation) =>
        ReadAsync(null, after, limit + 1, cancellation);

    public async Task<TargetView?> FindAsync(int id, CancellationToken cancellation) =>
        await ReadAsync(id, "", 1, cancellation) is [var found] ? found.View : null;

    /// <summary>The state alone, for those of the targets that exist.</summary>
    public async Task<List<(int TargetId, TargetState State)>> StatesAsync(int[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select target_id, state from scanner.target_states where target_id = any($1)
            """).With(ids);
        return await command.ReadAllAsync(row => (row.GetInt32(0), row.Word<TargetState>(1)), cancellation);
    }

    private async Task<List<TargetRow>> ReadAsync(int? id, string after, int rows, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql).With(id).With(after).With(rows);
        var found = await command.ReadAllAsync(ReadTarget, cancellation);
        long[] scanIds = [.. found.SelectMany(row => new[] { row.ActiveScanId, row.LastScanId }).OfType<long>()];
        var byId = (await scans.ManyAsync(scanIds, cancellation)).ToDictionary(scan => scan.Id);
        var guarantees = await GuaranteesAsync([.. found.Select(row => row.View.Id)], cancellation);
        return found.ConvertAll(row => row with
        {
            View = row.View with
            {
                ActiveScan = ScanOf(row.ActiveScanId),
                LastScan = ScanOf(row.LastScanId),
                Guarantee = guarantees.GetValueOrDefault(row.View.Id),
            },
        });

        ScanView? ScanOf(long? scanId) => scanId is { } known ? byId.GetValueOrDefault(known) : null;
    }

    private async Task<Dictionary<int, GuaranteeView>> GuaranteesAsync(int[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select target_id, evaluated_at, oldest_verified_at, files_overdue, needed_bytes_per_day,
                measured_bytes_per_day, can_be_met, obstacle, breached_since
            from scheduler.verification_guarantees where target_id = any($1)
            """).With(ids);
        var read = await command.ReadAllAsync(ReadGuarantee, cancellation);
        return read.ToDictionary(found => found.TargetId, found => found.View);
    }

    private static TargetRow ReadTarget(NpgsqlDataReader row)
    {
        var listed = row.GetBoolean(20);
        return new TargetRow(
            row.GetString(30),
            row.LongOrNull(27),
            row.LongOrNull(28),
            new TargetView(
                row.GetInt32(0),
                row.GetString(1),
                row.Word<TargetType>(2),
                row.GetString(3),
                row.GetBoolean(4),
                row.TextOrNull(5),
                row.GetString(6),
                ScheduleWords.Describe(row.TextOrNull(5)),
                row.Word<MissedRuns>(40),
                row.GetBoolean(41),
                row.GetInt32(42) / 60,
                BlackoutsColumn.Read(row.GetString(43)),
                row.TimeOrNull(44),
                row.IntOrNull(45),
                (ChecksumAlgorithm)row.GetInt16(7),
                row.IntOrNull(8),
                row.GetDouble(9),
                row.GetInt32(10),
                row.GetInt32(11),
                row.LongOrNull(12),
                row.DoubleOrNull(13),
                row.LongOrNull(14),
                TargetOptionsColumn.Read(row.GetString(32)),
                TargetConnectionColumn.Read(row.GetString(34)),
                row.GetBoolean(35) ? ReadCredentials(row) : TargetCredentials.None,
                row.Time(15),
                row.Time(16),
                // Quartz keeps .NET ticks.
                row.LongOrNull(31) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
                row.Word<TargetState>(17),
                row.TimeOrNull(18),
                row.TextOrNull(19),
                FilesPresent: listed ? row.LongOrNull(21) : null,
                BytesPresent: listed ? row.LongOrNull(22) : null,
                FilesCorrupted: row.CountOrUnknown(23, listed),
                FilesTampered: row.CountOrUnknown(33, listed),
                FilesUnreadable: row.CountOrUnknown(24, listed),
                row.GetInt32(25),
                row.TimeOrNull(26),
                ActiveScan: null,
                LastScan: null,
                row.TimeOrNull(29),
                Guarantee: null,
                row.LongOrNull(46)));
    }

    private static (int TargetId, GuaranteeView View) ReadGuarantee(NpgsqlDataReader row) => (
        row.GetInt32(0),
        new GuaranteeView(
            row.Time(1),
            row.TimeOrNull(2),
            row.GetInt64(3),
            row.DoubleOrNull(4),
            row.DoubleOrNull(5),
            row.IsDBNull(6) ? null : row.GetBoolean(6),
            row.TextOrNull(7) switch
            {
                null => null,
                "disabled" => GuaranteeObstacle.Disabled,
                "no_schedule" => GuaranteeObstacle.NoSchedule,
                "schedule" => GuaranteeObstacle.Schedule,
                "rate" => GuaranteeObstacle.Rate,
                var unknown => throw new InvalidOperationException($"The database holds the obstacle '{unknown}'."),
            },
            row.TimeOrNull(8)));

    private static TargetCredentials ReadCredentials(NpgsqlDataReader row) => new(
        row.IsDBNull(36) ? CredentialsSource.Stored : CredentialsSource.Reference,
        row.TextOrNull(36), row.TextOrNull(37), row.Time(38), row.TextOrNull(39));
}

/// <summary>A target as it was read, with the key of its place in the list.</summary>
internal sealed record TargetRow(string SortKey, long? ActiveScanId, long? LastScanId, TargetView View);
