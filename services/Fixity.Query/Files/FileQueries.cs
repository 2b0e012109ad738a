using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Files;

/// <summary>Reads files: in path order target by target, or by a value over all targets.</summary>
internal sealed class FileQueries(NpgsqlDataSource database)
{
    // A row that went when another file moved onto its path is that file now.
    private const string Current = """
        coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)
        """;

    private const string FindSql = $"""
        select {FileSql.Columns}
        from {FileSql.From}
        cross join lateral (
            select f.*, {FileSql.Standing} as standing from scanner.files f where f.id = {Current} and f.target_id = t.id
        ) f
        """;

    private const string ManySql = $"""
        select {FileSql.Columns}
        from {FileSql.From}
        cross join lateral (
            select f.*, {FileSql.Standing} as standing from scanner.files f where f.id = any($1) and f.target_id = t.id
        ) f
        """;

    /// <summary>Which parts differ, as found last. What was found since a time hides what was found before it.</summary>
    internal const string DamageSql = """
        select distinct on (e.file_id) e.file_id, e.details -> 'damage'
        from scanner.change_events e
        where e.file_id = any($1) and e.type in ('corrupted', 'tampered')
          and ($2::timestamptz is null or e.detected_at >= $2)
        order by e.file_id, e.id desc
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<FileView>> PageAsync(
        FileFilter filter, Sorting<FileOrder> sorting, FileKey after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(SqlOf(filter, sorting));
        Bind(command, filter, sorting, after, limit);
        return await WithDamageAsync(await command.ReadAllAsync(ReadFile, cancellation), cancellation);
    }

    public async Task<FileView?> FindAsync(long id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql).With(id);
        var found = await WithDamageAsync(await command.ReadAllAsync(ReadFile, cancellation), cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Those of the files that exist, in no order.</summary>
    public async Task<List<FileView>> ManyAsync(long[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var command = database.CreateCommand(ManySql).With(ids);
        return await WithDamageAsync(await command.ReadAllAsync(ReadFile, cancellation), cancellation);
    }

    internal static string SqlOf(FileFilter filter, Sorting<FileOrder> sorting) => (sorting.By, sorting.IsDescending) switch
    {
        (FileOrder.Path, false) => filter.IsSearch ? FileSql.Search : FileSql.ByPath,
        (FileOrder.Path, true) => filter.IsSearch ? FileSql.SearchDescending : FileSql.ByPathDescending,
        (FileOrder.Size, false) => FileSql.BySize,
        (FileOrder.Size, true) => FileSql.BySizeDescending,
        (FileOrder.Mtime, false) => FileSql.ByMtime,
        (FileOrder.Mtime, true) => FileSql.ByMtimeDescending,
        (_, false) => FileSql.ByVerification,
        (_, true) => FileSql.ByVerificationDescending,
    };

    internal static void Bind(
        NpgsqlCommand command, FileFilter filter, Sorting<FileOrder> sorting, FileKey after, int limit)
    {
        Bind(command, filter).With(limit + 1);
        switch (sorting.By)
        {
            case FileOrder.Path:
                command.With(after.TargetId).With(after.Path);
                break;
            case FileOrder.VerifiedAt:
                command
                    .With(after.Value is { } value ? UnixMicroseconds.ToTime(value) : (DateTimeOffset?)null)
                    .With(after.Id)
                    .With(filter.States?.Any(state => state != FileStanding.Deleted) != false)
                    .With(filter.States?.Contains(FileStanding.Deleted) != false);
                break;
            default:
                command.With(after.Value ?? long.MinValue).With(after.Id);
                break;
        }
    }

    /// <summary>What all statements about files begin with.</summary>
    internal static NpgsqlCommand Bind(NpgsqlCommand command, FileFilter filter) => command
        .With(filter.TargetId)
        .With(filter.Path)
        .With(filter.Pattern)
        .With(filter.States is { } states ? StoredStates(states) : null)
        .With(filter.States is { } asked && asked.Any(DependsOnReach) ? asked.Select(state => (short)state).ToArray() : null)
        .With(filter.Glob)
        .With(filter.MinSize)
        .With(filter.MaxSize)
        .With(filter.MtimeSinceNs)
        .With(filter.MtimeUntilNs)
        .With(filter.VerifiedSince?.ToUniversalTime())
        .With(filter.VerifiedUntil?.ToUniversalTime());

    private static short[] StoredStates(FileStanding[] states) =>
        [.. states.SelectMany(StoredAs).Distinct().Select(state => (short)state)];

    // A deleted or damaged file is listed as such in reach and out of it.
    private static bool DependsOnReach(FileStanding standing) =>
        standing is FileStanding.Unknown or FileStanding.Present or FileStanding.Unreadable;

    private static FileState[] StoredAs(FileStanding standing) => standing == FileStanding.Unknown
        ? [FileState.Present, FileState.Corrupted, FileState.Unreadable, FileState.Tampered]
        : [(FileState)standing];

    private async Task<List<FileView>> WithDamageAsync(List<FileView> files, CancellationToken cancellation)
    {
        var damaged = files.Where(IsDamaged).ToList();
        if (damaged.Count == 0)
        {
            return files;
        }

        // Most were found to be damaged when they came to stand so, a few months ago; planning costs by the month.
        var since = damaged.Min(file => file.StateSince).AddDays(-1);
        var known = await DamageAsync([.. damaged.Select(file => file.Id)], since, cancellation);
        long[] others = [.. damaged.Select(file => file.Id).Where(id => !known.ContainsKey(id))];
        if (others.Length > 0)
        {
            foreach (var (id, damage) in await DamageAsync(others, since: null, cancellation))
            {
                known.Add(id, damage);
            }
        }

        return files.ConvertAll(file => IsDamaged(file) && known.GetValueOrDefault(file.Id) is { } damage
            ? file with { Damage = ChangeDetailsColumn.ReadDamage(damage) }
            : file);

        static bool IsDamaged(FileView file) =>
            (file.LastKnownState ?? file.State) is FileStanding.Corrupted or FileStanding.Tampered;
    }

    private async Task<Dictionary<long, string?>> DamageAsync(
        long[] files, DateTimeOffset? since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(DamageSql).With(files).With(since?.ToUniversalTime());
        return (await command.ReadAllAsync(row => (Id: row.GetInt64(0), Damage: row.TextOrNull(1)), cancellation))
            .ToDictionary(found => found.Id, found => found.Damage);
    }

    // Column order is that of FileSql.Columns.
    internal static FileView ReadFile(NpgsqlDataReader row)
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
            Damage: null,
            row.TimeOrNull(18),
            standing == FileStanding.Unknown ? (FileStanding)row.GetInt16(19) : null);
    }

    private static ChecksumAlgorithm? AlgorithmOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : (ChecksumAlgorithm)row.GetInt16(column);
}
