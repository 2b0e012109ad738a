using Fixity.Core;
using Fixity.Query.Exports;
using Fixity.Query.Files;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Npgsql;

namespace Fixity.Query.Copies;

/// <summary>Finds files by what they hold.</summary>
/// <remarks>
/// A copy is intact as far as is known: present, with the same accepted checksum. Damaged and unreadable files are none.
/// The words of the index stand in each look-up: the first seven bytes, state = 1 and size > 0.
/// </remarks>
internal sealed class CopyQueries(NpgsqlDataSource database)
{
    /// <summary>A file that another moved onto is that one now.</summary>
    private const string ContentSql = """
        select f.id, f.algorithm, f.checksum, f.size
        from scanner.files f
        where f.id = coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)
        """;

    internal const string PageSql = """
        select f.id, f.target_id, t.name, f.path,
            case when ts.state in ('offline', 'denied') or exists (
                    select from scanner.unknown_ranges u
                    where u.target_id = f.target_id and starts_with(f.path, u.prefix))
                then 0::smallint else f.state end,
            f.verified_at, coalesce(ts.state, 'unknown')
        from scanner.files f
        join scheduler.targets t on t.id = f.target_id
        left join scanner.target_states ts on ts.target_id = t.id
        where substring(f.checksum, 1, 7) = substring($1, 1, 7) and f.checksum = $1 and f.algorithm = $2
            and f.size = $3 and f.state = 1 and f.size > 0 and f.id <> $4 and t.deleted_at is null
            and (coalesce(f.verified_at, '1970-01-01Z'), f.id) < ($5, $6)
        order by coalesce(f.verified_at, '1970-01-01Z') desc, f.id desc
        limit $7
        """;

    /// <summary>Every group counts, the biggest are kept.</summary>
    internal const string TallySql = $"""
        {ReadSnapshot.Declare}
        with groups as materialized (
            select f.algorithm, f.checksum, f.size, count(*) as copies, min(f.target_id) <> max(f.target_id) as across
            from scanner.files f
            join scheduler.targets t on t.id = f.target_id and t.deleted_at is null
            where f.state = 1 and f.size > 0 and f.checksum is not null and ($1::int is null or f.target_id = $1)
            group by f.algorithm, f.checksum, f.size
            having count(*) > 1
        )
        select algorithm, checksum, size, copies, (copies - 1) * size, across, count(*) over (),
            (sum((copies - 1) * size) over ())::bigint
        from groups
        order by (copies - 1) * size desc, checksum
        limit $2
        """;

    internal const string FilesSql = """
        select g.ordinal, f.id, f.target_id, f.name, f.path, f.verified_at
        from unnest($1::bytea[], $2::smallint[], $3::bigint[]) with ordinality as g (checksum, algorithm, size, ordinal)
        cross join lateral (
            select f.id, f.target_id, t.name, f.path, f.verified_at
            from scanner.files f
            join scheduler.targets t on t.id = f.target_id and t.deleted_at is null
            where substring(f.checksum, 1, 7) = substring(g.checksum, 1, 7) and f.checksum = g.checksum
                and f.algorithm = g.algorithm and f.size = g.size and f.state = 1 and f.size > 0
                and ($4::int is null or f.target_id = $4)
            order by f.target_id, f.path
            limit $5
        ) f
        order by g.ordinal, f.target_id, f.path
        """;

    /// <returns>Null: there is no such file.</returns>
    public async Task<FileContent?> ContentAsync(long fileId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ContentSql).With(fileId);
        return await command.ReadOneAsync(
            static row => new FileContent(
                row.GetInt64(0),
                row.IsDBNull(1) ? null : (ChecksumAlgorithm)row.GetInt16(1),
                row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2),
                row.GetInt64(3)),
            cancellation);
    }

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<CopyView>> PageAsync(
        FileContent of, CopyKey before, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        Bind(command, of, before, limit);
        return await command.ReadAllAsync(ReadCopy, cancellation);
    }

    internal static void Bind(NpgsqlCommand command, FileContent of, CopyKey before, int limit) => command
        .With(of.Checksum)
        .With((short?)of.Algorithm)
        .With(of.Size)
        .With(of.FileId)
        .With(before.VerifiedAt.ToUniversalTime())
        .With(before.Id)
        .With(limit + 1);

    /// <summary>Looks at every present file.</summary>
    /// <param name="targetId">Counts within this target alone; null: over all.</param>
    public async Task<DuplicateTally> TallyAsync(
        int? targetId, int kept, DateTimeOffset now, TimeSpan longest, CancellationToken cancellation)
    {
        await using var snapshot = await ReadSnapshot.OpenAsync(database, longest, cancellation);
        await snapshot.PreferWholeAsync(cancellation);
        await using var declare = new NpgsqlCommand(TallySql).With(targetId).With(kept);
        await snapshot.OpenCursorAsync(declare, cancellation);
        var (groups, wasted) = (0L, 0L);
        var read = new List<DuplicateGroup>();
        await foreach (var (group, allGroups, allWasted) in snapshot.RowsAsync(ReadCounted, cancellation))
        {
            read.Add(group);
            (groups, wasted) = (allGroups, allWasted);
        }

        return new DuplicateTally(now, groups, wasted, read);
    }

    /// <summary>The first files of each group, in the order of the groups.</summary>
    public async Task<ILookup<long, DuplicateFile>> FilesAsync(
        IReadOnlyList<DuplicateGroup> groups, int? targetId, int each, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FilesSql)
            .With(groups.Select(group => group.Checksum).ToArray())
            .With(groups.Select(group => (short)group.Algorithm).ToArray())
            .With(groups.Select(group => group.Size).ToArray())
            .With(targetId)
            .With(each);
        var rows = await command.ReadAllAsync(ReadFile, cancellation);
        return rows.ToLookup(row => row.Ordinal - 1, row => row.File);
    }

    private static CopyView ReadCopy(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3), (FileStanding)row.GetInt16(4),
        row.TimeOrNull(5), row.Word<TargetState>(6));

    private static (DuplicateGroup Group, long Groups, long Wasted) ReadCounted(NpgsqlDataReader row) => (
        new DuplicateGroup(
            (ChecksumAlgorithm)row.GetInt16(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetInt64(3),
            row.GetInt64(4), row.GetBoolean(5)),
        row.GetInt64(6),
        row.GetInt64(7));

    private static (long Ordinal, DuplicateFile File) ReadFile(NpgsqlDataReader row) => (
        row.GetInt64(0),
        new DuplicateFile(row.GetInt64(1), row.GetInt32(2), row.GetString(3), row.GetString(4), row.TimeOrNull(5)));
}

/// <summary>What a file should hold.</summary>
/// <param name="Checksum">Null: it was never read to its end.</param>
internal sealed record FileContent(long FileId, ChecksumAlgorithm? Algorithm, byte[]? Checksum, long Size);
