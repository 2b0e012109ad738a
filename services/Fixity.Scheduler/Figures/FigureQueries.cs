using Npgsql;

namespace Fixity.Scheduler.Figures;

/// <summary>Reads what the metrics say of each target as a whole.</summary>
internal sealed class FigureQueries(NpgsqlDataSource database)
{
    /// <summary>More targets than that are counted together: a label must stay bounded.</summary>
    public const int MostTargets = 200;

    private const string QueueSql = """
        select
            (select count(*) from scheduler.scans where status = 'queued'),
            (select extract(epoch from now() - min(greatest(s.requested_at, s.not_before, s.updated_at)))::double precision
                from scheduler.scan_queue q join scheduler.scans s on s.id = q.scan_id where q.is_due)
        """;

    // What every scan counted stays with it, so the sums only grow; they survive a restart of every service. What a lost
    // scan counted is counted by the one that goes on for it.
    private const string TargetsSql = """
        select case when row_number() over (order by t.id) <= $1 then t.name else 'other' end, t.id,
            active.count, sums.scanned, sums.added, sums.deleted, sums.modified, sums.verified, sums.errors,
            ended.seconds, succeeded.at, ts.files_present
        from scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id and ts.last_complete_scan is not null
        cross join lateral (
            select count(*) as count from scheduler.scans s
            where s.target_id = t.id and s.status in ('running', 'paused')
        ) active
        cross join lateral (
            select coalesce(sum(files_seen), 0)::bigint as scanned, coalesce(sum(files_added), 0)::bigint as added,
                coalesce(sum(files_deleted), 0)::bigint as deleted, coalesce(sum(files_modified), 0)::bigint as modified,
                coalesce(sum(files_verified), 0)::bigint as verified, coalesce(sum(errors_count), 0)::bigint as errors
            from scheduler.scans s where s.target_id = t.id and s.reason is distinct from 'scanner_lost'
        ) sums
        left join lateral (
            select extract(epoch from s.ended_at - s.started_at)::double precision as seconds from scheduler.scans s
            where s.target_id = t.id and s.ended_at is not null and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 1
        ) ended on true
        left join lateral (
            select extract(epoch from s.ended_at)::double precision as at from scheduler.scans s
            where s.target_id = t.id and s.status = 'completed' order by s.id desc limit 1
        ) succeeded on true
        where t.deleted_at is null
        order by t.id
        """;

    // By position in the index by verification: no sort, and no row of a file is fetched.
    private const string AgesSql = """
        with counted as (
            select count(*) as files from scanner.files
            where target_id = $1 and state <> 2 and verified_at is not null
        )
        select (select files from counted), extract(epoch from now() - (
                select f.verified_at from scanner.files f
                where f.target_id = $1 and f.state <> 2 and f.verified_at is not null
                order by f.verified_at desc
                offset (select greatest(ceil(files * q)::bigint - 1, 0) from counted) limit 1
            ))::double precision
        from unnest(array[0.5, 0.9, 0.99]) as q
        """;

    private const string DeletedSql = """
        select count(*) from scanner.files where target_id = $1 and state = 2
        """;

    public async Task<QueueFigures> ReadQueueAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(QueueSql);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadQueue(row);
    }

    public async Task<List<TargetFigures>> ReadTargetsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(TargetsSql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostTargets });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<TargetFigures>();
        while (await row.ReadAsync(cancellation))
        {
            targets.Add(ReadTarget(row));
        }

        return targets;
    }

    /// <summary>Ages of the last verification, at half, nine tenths and 99 hundredths of the files.</summary>
    public async Task<FileFigures> ReadFilesAsync(int targetId, CancellationToken cancellation)
    {
        var ages = new List<double>();
        await using (var command = database.CreateCommand(AgesSql))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                AddAge(row, ages);
            }
        }

        await using var deleted = database.CreateCommand(DeletedSql);
        deleted.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        return new FileFigures((long)(await deleted.ExecuteScalarAsync(cancellation))!, ages);
    }

    private static void AddAge(NpgsqlDataReader row, List<double> to)
    {
        if (!row.IsDBNull(1))
        {
            to.Add(row.GetDouble(1));
        }
    }

    private static QueueFigures ReadQueue(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetDouble(1));

    private static TargetFigures ReadTarget(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
        row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.IsDBNull(9) ? null : row.GetDouble(9),
        row.IsDBNull(10) ? null : row.GetDouble(10), row.IsDBNull(11) ? null : row.GetInt64(11));
}

/// <param name="OldestSeconds">Of those that may begin: what a retry, jitter or a blackout puts off does not wait for a
/// scanner. Null: none of them waits.</param>
internal sealed record QueueFigures(long Length, double? OldestSeconds);

/// <param name="Name">The target's name, or <c>other</c>.</param>
/// <param name="LastSeconds">How long the last scan took; null: none ended yet.</param>
/// <param name="LastSuccess">Seconds since 1970; null: none completed yet.</param>
/// <param name="FilesPresent">Null before the first scan ended.</param>
internal sealed record TargetFigures(
    string Name, int TargetId, long Active, long Scanned, long Added, long Deleted, long Modified, long Verified,
    long Errors, double? LastSeconds, double? LastSuccess, long? FilesPresent);

/// <param name="AgesSeconds">Of the last verification, at half, nine tenths and 99 hundredths; empty: none was verified.</param>
internal sealed record FileFigures(long Deleted, IReadOnlyList<double> AgesSeconds);
