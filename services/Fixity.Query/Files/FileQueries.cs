using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Files;

/// <summary>Reads files in path order, target by target.</summary>
internal sealed class FileQueries(NpgsqlDataSource database)
{
    // 0 is unknown, else Core.FileState. The table of ranges is tiny: it holds only folders that failed just now.
    private const string Standing = """
        (case
             when f.state in (1, 3, 4, 5) and (ts.state in ('offline', 'denied') or exists (
                 select from scanner.unknown_ranges u
                 where u.target_id = f.target_id and starts_with(f.path, u.prefix)))
             then 0::smallint
             else f.state
         end)
        """;

    private const string Columns = """
        f.id, f.target_id, t.name, f.path, f.size, f.mtime_ns, f.mode, f.algorithm, f.checksum, f.standing,
        f.state_since, f.first_seen_at,
        -- Whatever is not deleted or left out was proved to be there by the last complete scan, or by something later.
        case when f.state not in (2, 6) then greatest(complete.ended_at, f.first_seen_at, f.state_since) end,
        f.verified_at, f.observed_checksum, f.links, f.previous_algorithm, f.previous_checksum, f.retry_after,
        case when f.state in (3, 5) then (
            select e.details -> 'damage' from scanner.change_events e
            where e.file_id = f.id and e.type in ('corrupted', 'tampered')
            order by e.id desc limit 1)
        end,
        f.state
        """;

    private const string From = """
        scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id
        left join scheduler.scans complete on complete.id = ts.last_complete_scan
        """;

    // $7: the stored states that can stand so; it lets the small index of states serve, and spares most rows the case.
    // Whoever asks for damaged files gets those out of reach too: damage does not leave the list with its disk.
    private const string Filtered = $"""
        ($6::text is null or f.path ilike $6)
        and ($7::smallint[] is null or (f.state = any($7)
            and ({Standing} = any($8) or (f.state in (3, 5) and f.state = any($8)))))
        and f.path > case when t.id = $2 then $3 else '' end
        """;

    /// <summary>Each target's own page from the primary key, joined until the page is full.</summary>
    /// <remarks>
    /// <para>A path is a file or everything below a folder. These are two ranges ('a' and 'a/' up to 'a0'), since 'a-b' and
    /// 'a.b' lie between them.</para>
    /// <para>A filter that is null vanishes while planning: see <see cref="Scans.ScanQueries.PageSql"/>.</para>
    /// </remarks>
    internal const string PageSql = $"""
        select {Columns}
        from {From}
        cross join lateral (
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id and f.path = $4 and {Filtered})
            union all
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id
               and ($4::text is null or (f.path >= $4 || '/' and f.path < $4 || '0'))
               and {Filtered}
             order by f.path
             limit $5)
        ) f
        where (($1::int is null and t.deleted_at is null) or t.id = $1) and t.id >= $2
          -- Only unknown files asked for: most targets have none, and say so without a look at their files.
          and ($8::smallint[] is distinct from array[0::smallint] or ts.state in ('offline', 'denied')
               or exists (select from scanner.unknown_ranges u where u.target_id = t.id))
        order by t.id, f.path
        limit $5
        """;

    // A row that went when another file moved onto its path is that file now.
    private const string Current = """
        coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)
        """;

    private const string FindSql = $"""
        select {Columns}
        from {From}
        cross join lateral (
            select f.*, {Standing} as standing from scanner.files f where f.id = {Current} and f.target_id = t.id
        ) f
        """;

    // Events outlive their file.
    private const string HistorySql = $"""
        select array(
            select f.id from scanner.files f where f.id = {Current}
            union select r.id from scanner.replaced_files r where r.file_id = {Current}
            union select $1 where exists (select from scanner.change_events where file_id = $1))
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<FileView>> PageAsync(
        FileFilter filter, FileKey after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        Bind(command, filter, after, limit);
        return await command.ReadAllAsync(ReadFile, cancellation);
    }

    public async Task<FileView?> FindAsync(long id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql).With(id);
        return await command.ReadOneAsync(ReadFile, cancellation);
    }

    /// <summary>The ids under which events tell the history of a file; none: there is neither file nor event.</summary>
    public async Task<long[]> FindHistoryAsync(long id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(HistorySql).With(id);
        return (long[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    internal static void Bind(NpgsqlCommand command, FileFilter filter, FileKey after, int limit) => command
        .With(filter.TargetId)
        .With(after.TargetId)
        .With(after.Path)
        .With(filter.Path)
        .With(limit + 1)
        .With(filter.Pattern)
        .With(filter.States is { } states ? StoredStates(states) : null)
        .With(filter.States?.Select(state => (short)state).ToArray());

    private static short[] StoredStates(FileStanding[] states) =>
        [.. states.SelectMany(StoredAs).Distinct().Select(state => (short)state)];

    private static FileState[] StoredAs(FileStanding standing) => standing == FileStanding.Unknown
        ? [FileState.Present, FileState.Corrupted, FileState.Unreadable, FileState.Tampered]
        : [(FileState)standing];

    // Column order is that of Columns.
    private static FileView ReadFile(NpgsqlDataReader row)
    {
        var mtimeNs = row.GetInt64(5);
        var standing = (FileStanding)row.GetInt16(9);
        return new FileView(
            row.GetInt64(0),
            row.GetInt32(1),
            row.GetString(2),
            row.GetString(3),
            row.GetInt64(4),
            UnixNanoseconds.ToText(mtimeNs),
            mtimeNs.ToString(CultureInfo.InvariantCulture),
            row.IntOrNull(6) is { } mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null,
            row.LongOrNull(15),
            AlgorithmOrNull(row, 7),
            row.HexOrNull(8),
            AlgorithmOrNull(row, 16),
            row.HexOrNull(17),
            standing,
            row.Time(10),
            row.Time(11),
            row.TimeOrNull(12),
            row.TimeOrNull(13),
            row.HexOrNull(14),
            row.TextOrNull(19) is { } damage ? ChangeDetailsColumn.ReadDamage(damage) : null,
            row.TimeOrNull(18),
            standing == FileStanding.Unknown ? (FileStanding)row.GetInt16(20) : null);
    }

    private static ChecksumAlgorithm? AlgorithmOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : (ChecksumAlgorithm)row.GetInt16(column);
}
