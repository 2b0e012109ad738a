using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Splits of running segments, in <c>scheduler.scan_segments</c>: asking for one, finding its place, recording
/// it.</summary>
/// <remarks>
/// One way for all: whoever has nothing to do asks the owner of the biggest segment, and the owner alone shortens it. A
/// process that dies anywhere in between leaves the old range as it was, or both new ones.
/// </remarks>
internal sealed class SegmentSplits(NpgsqlDataSource database)
{
    /// <summary>Asks the owner of the biggest running segment to give part of it away.</summary>
    /// <param name="worth">A segment with less ahead is left alone, as far as the baseline can tell.</param>
    /// <param name="again">How long an owner that gave nothing is not asked again.</param>
    /// <returns>Whether somebody was asked.</returns>
    public async Task<bool> AskAsync(SplitWorth worth, TimeSpan again, CancellationToken cancellation)
    {
        // What is ahead of a first scan is not known here; it counts as much. Bytes count where all are read. A target with
        // one worker has asked for one reader. Not told by a notification: the owner looks every second.
        await using var command = database.CreateCommand("""
            with running as (
                select g.scan_id, g.ordinal, case when s.is_baseline then 5 else (
                    select greatest(
                        count(*) / $1::float8, sum(ahead.size) filter (where s.mode = 'full') / $3::float8)
                    from (
                        select f.size from scanner.files f
                        where f.target_id = s.target_id and f.path > coalesce(g.checkpoint, g.range_from)
                            and (g.range_to is null or f.path < g.range_to)
                        limit $1 * 5) as ahead) end as worth
                from scheduler.scan_segments g
                join scheduler.scans s on s.id = g.scan_id
                join scheduler.targets t on t.id = s.target_id
                where g.status = 'running' and g.lease_until >= now() and s.control is null
                    and (g.split_wanted_at is null or g.split_wanted_at < now() - $2)
                    and t.workers is distinct from 1 and t.deleted_at is null
            ), biggest as (
                select g.scan_id, g.ordinal
                from scheduler.scan_segments g join running r using (scan_id, ordinal)
                where r.worth >= 1 and g.status = 'running'
                    and (g.split_wanted_at is null or g.split_wanted_at < now() - $2)
                order by r.worth desc, g.scan_id, g.ordinal
                limit 1
                for update of g skip locked
            )
            update scheduler.scan_segments g set split_wanted_at = now()
            from biggest b
            where g.scan_id = b.scan_id and g.ordinal = b.ordinal
            """);
        command.With(worth.Files).With(again).With(worth.Bytes);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>The path in the middle of the baseline that lies ahead; null: fewer files than
    /// <paramref name="atLeastFiles"/> do.</summary>
    public async Task<FilePath?> MiddleOfBaselineAsync(
        int targetId, PathRange ahead, int atLeastFiles, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with ahead as (
                select count(*) as files from scanner.files
                where target_id = $1 and path >= $2 and path > $3 and ($4::text is null or path < $4)
                    and state not in (2, 6)
            )
            select path from scanner.files
            where target_id = $1 and path >= $2 and path > $3 and ($4::text is null or path < $4)
                and state not in (2, 6)
            order by path
            offset (select files / 2 from ahead)
            limit (select case when files >= $5 then 1 else 0 end from ahead)
            """);
        command.With(targetId).With(ahead.From.ToString()).With(ahead.After?.ToString() ?? "")
            .With(ahead.To?.ToString()).With(atLeastFiles);
        return await command.ExecuteScalarAsync(cancellation) is string path ? FilePath.FromEscaped(path) : null;
    }

    /// <summary>Ends the segment at <paramref name="at"/> and queues what lies behind as a segment of its own.</summary>
    /// <returns>False: the segment is not ours any more.</returns>
    public async Task<bool> RecordAsync(
        SegmentClaim claim, FilePath? oldEnd, FilePath at, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await ShortenAsync(connection, claim, oldEnd, at, cancellation))
        {
            // The commit of an attempt before this one may have gone through, and only its answer was lost.
            return await EndsAtAsync(connection, claim, at, cancellation);
        }

        // The scan's row first: two owners that split at the same time must not choose the same ordinal.
        await using (var scan = new NpgsqlCommand(
            "select from scheduler.scans where id = $1 for update", connection))
        {
            scan.With(claim.ScanId);
            await scan.ExecuteNonQueryAsync(cancellation);
        }

        await using (var insert = new NpgsqlCommand("""
            with added as (
                insert into scheduler.scan_segments (scan_id, ordinal, range_from, range_to)
                select $1, max(ordinal) + 1, $2, $3 from scheduler.scan_segments where scan_id = $1
                returning scan_id
            )
            select pg_notify('fixity_scan_queued', scan_id::text)::text,
                pg_notify('fixity_progress',
                    json_build_object('kind', 'scan', 'scanId', scan_id, 'targetId', $4)::text)::text
            from added
            """, connection))
        {
            insert.With(claim.ScanId).With(at.ToString()).With(oldEnd?.ToString()).With(claim.Target.Id);
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task<bool> ShortenAsync(
        NpgsqlConnection connection, SegmentClaim claim, FilePath? oldEnd, FilePath at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update scheduler.scan_segments set range_to = $4, split_wanted_at = null
            where scan_id = $1 and ordinal = $2 and fencing_token = $3 and status = 'running'
                and range_to is not distinct from $5
            """, connection);
        command.With(claim.ScanId).With(claim.Ordinal).With(claim.FencingToken).With(at.ToString())
            .With(oldEnd?.ToString());
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private static async Task<bool> EndsAtAsync(
        NpgsqlConnection connection, SegmentClaim claim, FilePath at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select true from scheduler.scan_segments
            where scan_id = $1 and ordinal = $2 and fencing_token = $3 and status = 'running' and range_to = $4
            """, connection);
        command.With(claim.ScanId).With(claim.Ordinal).With(claim.FencingToken).With(at.ToString());
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
