using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>What became of a scan's candidates, and how much it changed in all.</summary>
/// <param name="FilesChanged">Added, deleted and modified; a file that merely moved is still there.</param>
internal sealed record ClosingTotals(long Added, long Deleted, long Moved, long Corrupted, long FilesChanged, long BytesChanged)
{
    public long Events => Added + Deleted + Moved + Corrupted;
}

/// <summary>Turns what appeared and disappeared during a scan into files that moved, were added or were deleted.</summary>
/// <remarks>
/// The same content gone from one path and come at another has moved. The same inode number decides between several
/// candidates of one content, and is the only proof for empty files, which are all alike. Where inode, size and time agree and the
/// content does not, the file rotted and moved: it must not come back as a new one with the rot for its baseline.
/// </remarks>
internal static class CandidateClosing
{
    // A corrupted file is looked for as it is, not as it should be.
    private const string MatchByFileIdSql = """
        with gone as (
            select c.file_id as id, f.size, f.algorithm, f.file_id as inode,
                case when f.state in (3, 5) then f.observed_checksum else f.checksum end as checksum,
                row_number() over (
                    partition by f.size, f.algorithm, f.file_id,
                        case when f.state in (3, 5) then f.observed_checksum else f.checksum end
                    order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and f.checksum is not null and f.file_id is not null
        ), come as (
            select c.file_id as id, f.size, f.algorithm, f.file_id as inode, f.checksum,
                row_number() over (
                    partition by f.size, f.algorithm, f.file_id, f.checksum order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.checksum is not null and f.file_id is not null
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, algorithm, checksum, inode, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id
        """;

    private const string MatchByContentSql = """
        with gone as (
            select c.file_id as id, f.size, f.algorithm,
                case when f.state in (3, 5) then f.observed_checksum else f.checksum end as checksum,
                row_number() over (
                    partition by f.size, f.algorithm,
                        case when f.state in (3, 5) then f.observed_checksum else f.checksum end
                    order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null
                and f.checksum is not null and f.size > 0
        ), come as (
            select c.file_id as id, f.size, f.algorithm, f.checksum,
                row_number() over (partition by f.size, f.algorithm, f.checksum order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.checksum is not null and f.size > 0
                and not exists (
                    select from scanner.scan_candidates m
                    where m.scan_id = $1 and m.kind = 'disappeared' and m.moved_to = c.file_id)
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, algorithm, checksum, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id
        """;

    private const string MatchRottenSql = """
        with gone as (
            select c.file_id as id, f.size, f.mtime_ns, f.algorithm, f.file_id as inode, f.checksum,
                row_number() over (
                    partition by f.size, f.mtime_ns, f.algorithm, f.file_id order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null and f.state <> 2
                and f.checksum is not null and f.file_id is not null
        ), come as (
            select c.file_id as id, f.size, f.mtime_ns, f.algorithm, f.file_id as inode, f.checksum,
                row_number() over (
                    partition by f.size, f.mtime_ns, f.algorithm, f.file_id order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.checksum is not null and f.file_id is not null
                and not exists (
                    select from scanner.scan_candidates m
                    where m.scan_id = $1 and m.kind = 'disappeared' and m.moved_to = c.file_id)
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, mtime_ns, algorithm, inode, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id and gone.checksum <> come.checksum
        """;

    private const string MovedEventsSql = """
        insert into scanner.change_events (scan_id, target_id, file_id, path, previous_path, type, old_size, new_size,
            old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
        select $1, $2, o.id, n.path, o.path, 'moved', o.size, n.size, o.mtime_ns, n.mtime_ns, n.algorithm,
            o.checksum, n.checksum
        from scanner.scan_candidates c
        join scanner.files o on o.id = c.file_id
        join scanner.files n on n.id = c.moved_to
        where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is not null
        order by n.path
        """;

    // Not for one that was known to hold just that.
    private const string CorruptedEventsSql = """
        insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
            old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
        select $1, $2, o.id, n.path, 'corrupted', o.size, n.size, o.mtime_ns, n.mtime_ns, n.algorithm,
            o.checksum, n.checksum
        from scanner.scan_candidates c
        join scanner.files o on o.id = c.file_id
        join scanner.files n on n.id = c.moved_to
        where c.scan_id = $1 and c.kind = 'disappeared' and n.checksum <> o.checksum
            and (o.state <> 3 or n.checksum is distinct from o.observed_checksum)
        order by n.path
        """;

    // The row keeps its id and with it its history and the checksum that it should have; the one that stood for the new path goes.
    private const string MovedFilesSql = """
        with gone as (
            delete from scanner.files n using scanner.scan_candidates c
            where c.scan_id = $1 and c.kind = 'disappeared' and n.id = c.moved_to
            returning c.file_id as old_id, n.*
        ), moved as (
            update scanner.files f
            set path = gone.path, size = gone.size, mtime_ns = gone.mtime_ns, ctime_ns = gone.ctime_ns,
                file_id = gone.file_id, mode = gone.mode, uid = gone.uid, gid = gone.gid,
                verified_at = case
                    when f.state = 3 or f.checksum <> gone.checksum then f.verified_at else gone.verified_at end,
                state = case when f.state = 3 or f.checksum <> gone.checksum then 3 else 1 end,
                state_since = case
                    when f.state = 3 or f.state = 1 and f.checksum = gone.checksum then f.state_since else now() end,
                observed_checksum = case
                    when f.checksum <> gone.checksum then gone.checksum else f.observed_checksum end
            from gone where f.id = gone.old_id
            returning gone.size
        ), counted as (
            select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from moved
        )
        update scanner.target_states t
        set files_present = t.files_present - counted.files, bytes_present = t.bytes_present - counted.bytes
        from counted where t.target_id = $2 and counted.files > 0
        """;

    private const string AddedEventsSql = """
        insert into scanner.change_events (
            scan_id, target_id, file_id, path, type, new_size, new_mtime_ns, algorithm, new_checksum)
        select $1, $2, f.id, f.path, 'added', f.size, f.mtime_ns, f.algorithm, f.checksum
        from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
        where c.scan_id = $1 and c.kind = 'appeared'
        order by f.path
        """;

    private const string DeletedEventsSql = """
        insert into scanner.change_events (
            scan_id, target_id, file_id, path, type, old_size, old_mtime_ns, algorithm, old_checksum)
        select $1, $2, f.id, f.path, 'deleted', f.size, f.mtime_ns, f.algorithm, f.checksum
        from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
        where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null and f.state <> 2
        order by f.path
        """;

    private const string DeletedFilesSql = """
        with gone as (
            update scanner.files f set state = 2, state_since = now(), observed_checksum = null
            from scanner.scan_candidates c
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null and f.id = c.file_id and f.state <> 2
            returning f.size
        ), counted as (
            select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from gone
        )
        update scanner.target_states t
        set files_present = t.files_present - counted.files, bytes_present = t.bytes_present - counted.bytes
        from counted where t.target_id = $2 and counted.files > 0
        """;

    private const string DropDisappearedSql = """
        delete from scanner.scan_candidates where scan_id = $1 and kind = 'disappeared'
        """;

    private const string ForgetSql = """
        with forgotten as (delete from scanner.scan_candidates where scan_id = $1)
        delete from scanner.scan_verifications where scan_id = $1
        """;

    private const string ChangedSql = """
        select count(*), coalesce(sum(greatest(coalesce(new_size, 0), coalesce(old_size, 0))), 0)::bigint
        from scanner.change_events where scan_id = $1 and type in ('added', 'deleted', 'modified')
        """;

    /// <param name="sawAll">False: nothing is decided about what disappeared; the next scan meets it again.</param>
    public static async Task<ClosingTotals> ApplyAsync(
        NpgsqlConnection connection, long scanId, int targetId, bool sawAll, CancellationToken cancellation)
    {
        if (!sawAll)
        {
            await ExecuteAsync(DropDisappearedSql);
        }

        await ExecuteAsync(MatchByFileIdSql);
        await ExecuteAsync(MatchByContentSql);
        await ExecuteAsync(MatchRottenSql);
        var moved = await ExecuteAsync(MovedEventsSql, targetId);
        var corrupted = await ExecuteAsync(CorruptedEventsSql, targetId);
        await ExecuteAsync(MovedFilesSql, targetId);
        var added = await ExecuteAsync(AddedEventsSql, targetId);
        var deleted = await ExecuteAsync(DeletedEventsSql, targetId);
        await ExecuteAsync(DeletedFilesSql, targetId);
        await ExecuteAsync(ForgetSql);

        await using var command = new NpgsqlCommand(ChangedSql, connection);
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadTotals(row);

        ClosingTotals ReadTotals(NpgsqlDataReader read) =>
            new(added, deleted, moved, corrupted, read.GetInt64(0), read.GetInt64(1));

        async Task<long> ExecuteAsync(string sql, int? target = null)
        {
#pragma warning disable CA2100 // One of the constants above.
            await using var statement = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            // As long as a million candidates take: nobody else works on this scan.
            statement.CommandTimeout = 0;
            statement.With(scanId);
            if (target is { } id)
            {
                statement.With(id);
            }

            return await statement.ExecuteNonQueryAsync(cancellation);
        }
    }
}
