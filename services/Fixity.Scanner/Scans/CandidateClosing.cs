using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>What became of a scan's candidates, and how much it changed in all.</summary>
/// <param name="FilesChanged">Added, deleted, modified and damaged; a file that merely moved is still there.</param>
internal sealed record ClosingTotals(
    long Added, long Deleted, long Moved, long Corrupted, long Tampered, long FilesChanged, long BytesChanged)
{
    public long Events => Added + Deleted + Moved + Corrupted + Tampered;
}

/// <summary>Turns what appeared and disappeared during a scan into files that moved, were added or were deleted.</summary>
internal static class CandidateClosing
{
    private const string AddedEventsSql = """
        insert into scanner.change_events (
            scan_id, target_id, file_id, path, type, new_size, new_mtime_ns, algorithm, new_checksum)
        select $1, $2, f.id, f.path, 'added', f.size, f.mtime_ns,
            case when f.state <> 4 then f.algorithm end, case when f.state <> 4 then f.checksum end
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
            update scanner.files f
            set state = 2, state_since = now(),
                damaged_as = case when f.state in (3, 5) then f.state else f.damaged_as end
            from scanner.scan_candidates c join scanner.files o on o.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null and f.id = c.file_id and f.state <> 2
            returning f.size, o.state as was
        ), counted as (
            select count(*) filter (where was <> 6) as files,
                coalesce(sum(size) filter (where was <> 6), 0)::bigint as bytes
            from gone
        )
        update scanner.target_states t
        set files_present = t.files_present - counted.files, bytes_present = t.bytes_present - counted.bytes
        from counted where t.target_id = $2 and counted.files > 0
        """;

    // What appeared has its row, and no scan would meet it as new again: it waits for one that sees the other half.
    private const string BrokenOffSql = """
        with unproven as (delete from scanner.scan_candidates where scan_id = $1 and kind = 'disappeared')
        delete from scanner.scan_verifications where scan_id = $1
        """;

    // Of this scan and of those before it that broke off too.
    private const string CountWaitingSql = """
        with waiting as (
            select count(*) as files, coalesce(sum(f.size), 0)::bigint as bytes
            from scheduler.scans s
            join scanner.scan_candidates c on c.scan_id = s.id and c.kind = 'appeared'
            join scanner.files f on f.id = c.file_id and f.state not in (2, 6)
            where s.target_id = $2 and s.id <= $1
        )
        update scanner.target_states t set files_waiting = waiting.files, bytes_waiting = waiting.bytes
        from waiting where t.target_id = $2
        """;

    private const string NoneWaitsSql = """
        update scanner.target_states set files_waiting = 0, bytes_waiting = 0 where target_id = $1
        """;

    private const string TakeOverSql = """
        with waiting as (
            delete from scanner.scan_candidates c using scheduler.scans s
            where s.target_id = $2 and s.id < $1 and s.status in ('partial', 'failed', 'cancelled')
                and c.scan_id = s.id and c.kind = 'appeared'
            returning c.file_id
        )
        insert into scanner.scan_candidates (scan_id, file_id, kind)
        select $1, file_id, 'appeared' from waiting
        on conflict do nothing
        """;

    // Nobody was ever told of these: what appeared during a scan that broke off and is gone again, and all that is gone
    // before a first scan came to its end. It came and went between two scans that tell, as far as anybody can know.
    private const string NeverToldSql = """
        with untold as (
            delete from scanner.scan_candidates d
            where d.scan_id = $1 and d.kind = 'disappeared' and ($3 or exists (
                select from scanner.scan_candidates a
                where a.scan_id = $1 and a.kind = 'appeared' and a.file_id = d.file_id))
            returning d.file_id
        ), appeared as (
            delete from scanner.scan_candidates a using untold
            where a.scan_id = $1 and a.kind = 'appeared' and a.file_id = untold.file_id
        ), before as (
            select f.id, f.size, f.state, exists (
                select from scanner.change_events e where e.file_id = f.id) as has_history
            from untold join scanner.files f on f.id = untold.file_id
        ), dropped as (
            delete from scanner.files f using before where f.id = before.id and not has_history
            returning f.id
        ), groups as (
            delete from scanner.file_groups g using dropped where g.file_id = dropped.id
        ), gone as (
            update scanner.files f
            set state = 2, state_since = now(),
                damaged_as = case when f.state in (3, 5) then f.state else f.damaged_as end
            from before where f.id = before.id and has_history
        ), counted as (
            select count(*) filter (where state not in (2, 6)) as files,
                coalesce(sum(size) filter (where state not in (2, 6)), 0)::bigint as bytes
            from before
        )
        update scanner.target_states t
        set files_present = t.files_present - counted.files, bytes_present = t.bytes_present - counted.bytes
        from counted where t.target_id = $2 and counted.files > 0
        """;

    private const string ForgetSql = """
        with forgotten as (delete from scanner.scan_candidates where scan_id = $1)
        delete from scanner.scan_verifications where scan_id = $1
        """;

    // The planner knows nothing yet of a table that was filled a moment ago: what it takes for ten rows and joins one by
    // one may be a million. It is told that this is large.
    private const string ManySql =
        "select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)";

    private const int Many = 10_000;

    // Of the scans too that this one goes on from: together they are one look at the target.
    private const string ChangedSql = """
        select count(*), coalesce(sum(greatest(coalesce(new_size, 0), coalesce(old_size, 0))), 0)::bigint
        from scanner.change_events
        where scan_id = any ((select scheduler.chain_of($1))::bigint[])
            and type in ('added', 'deleted', 'modified', 'corrupted', 'tampered')
        """;

    /// <param name="isBaseline">The first scan of the target that looks at all of it: there is nothing to compare with.</param>
    /// <param name="sawAll">False: nothing is decided. What disappeared the next scan meets again; what appeared is
    /// kept for the next one that sees all.</param>
    public static async Task<ClosingTotals> ApplyAsync(
        NpgsqlConnection connection, long scanId, int targetId, bool isBaseline, bool sawAll,
        CancellationToken cancellation)
    {
        if (!sawAll)
        {
            await ExecuteAsync(BrokenOffSql);
            await ExecuteAsync(CountWaitingSql, targetId);
            return new ClosingTotals(0, 0, 0, 0, 0, 0, 0);
        }

        var (added, deleted, moved, corrupted, tampered) = (0L, 0L, 0L, 0L, 0L);
        var waited = await ExecuteAsync(TakeOverSql, targetId);
        if (await CountAsync(connection, scanId, cancellation) is > 0 and var candidates)
        {
            if (candidates > Many)
            {
                await ExecuteAsync(ManySql, takesScan: false);
            }

            if (waited > 0 || isBaseline)
            {
                await ExecuteAsync(NeverToldSql, targetId, flag: isBaseline);
            }

            await CandidateMatching.ApplyAsync(connection, scanId, targetId, cancellation);
            moved = await ExecuteAsync(MovedSql.Events, targetId);
            if (moved > 0)
            {
                corrupted = await ExecuteAsync(MovedSql.DamagedEvents, targetId, state: FileState.Corrupted);
                tampered = await ExecuteAsync(MovedSql.DamagedEvents, targetId, state: FileState.Tampered);
                await ExecuteAsync(MovedSql.Groups);
                await ExecuteAsync(MovedSql.Files, targetId);
            }

            var known = await KnownDamage.ApplyAsync(connection, scanId, targetId, cancellation);
            (corrupted, tampered) = (corrupted + known.Corrupted, tampered + known.Tampered);
            added = await ExecuteAsync(AddedEventsSql, targetId);
            deleted = await ExecuteAsync(DeletedEventsSql, targetId);
            await ExecuteAsync(DeletedFilesSql, targetId);
        }

        await ExecuteAsync(ForgetSql);
        if (waited > 0)
        {
            await ExecuteAsync(NoneWaitsSql, targetId, takesScan: false);
        }

        await using var command = new NpgsqlCommand(ChangedSql, connection);
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadTotals(row);

        ClosingTotals ReadTotals(NpgsqlDataReader read) =>
            new(added, deleted, moved, corrupted, tampered, read.GetInt64(0), read.GetInt64(1));

        async Task<long> ExecuteAsync(
            string sql, int? target = null, bool takesScan = true, bool? flag = null, FileState? state = null)
        {
#pragma warning disable CA2100 // One of the constants above.
            await using var statement = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            // As long as a million candidates take: nobody else works on this scan.
            statement.CommandTimeout = 0;
            if (takesScan)
            {
                statement.With(scanId);
            }

            if (target is { } id)
            {
                statement.With(id);
            }

            if (flag is { } said)
            {
                statement.With(said);
            }

            if (state is { } damage)
            {
                statement.With((short)damage);
            }

            return await statement.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, long scanId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select count(*) from scanner.scan_candidates where scan_id = $1", connection);
        command.With(scanId);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
