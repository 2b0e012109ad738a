using Fixity.Core;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Exports.Manifests;

/// <summary>Reads the files of a target as a manifest lists them: what they should be, and what may be in the way of it.</summary>
internal static class ManifestFiles
{
    // Deleted and excluded files are no part of the baseline.
    private const string Chosen = """
        from scanner.files f
        where f.target_id = $1 and f.state not in (2, 6)
            and ($2::text is null or (f.path >= $2 and f.path < $2 || '0' and (f.path = $2 or f.path >= $2 || '/')))
        """;

    internal const string Sql = $"""
        {ReadSnapshot.Declare}
        select f.path, f.size,
            case when f.algorithm = $3 then f.checksum when f.previous_algorithm = $3 then f.previous_checksum end,
            f.checksum is not null, case when f.state in (3, 5) then f.state_since end
        {Chosen}
        order by f.path
        """;

    // A single backslash is an escaped byte, which no UTF-8 has; two are one of the name.
    private const string CountLeftOutSql = $"""
        select count(*)
        {Chosen}
            and (f.checksum is null or f.algorithm <> $3 and f.previous_algorithm is distinct from $3
                or strpos(f.path, '\') > 0 and strpos(replace(f.path, '\\', ''), '\') > 0
                or strpos(f.path, chr(65533)) > 0)
        """;

    private const string AnySql = $"select {Chosen} limit 1";

    /// <returns>Null: there is no such target.</returns>
    public static Task<ManifestOf?> FindAsync(
        ReadSnapshot snapshot, int targetId, string? path, DateTimeOffset now, CancellationToken cancellation) =>
        snapshot.OneAsync(
            new NpgsqlCommand("""
                select t.name, t.checksum_algorithm,
                    $2::text is not null and exists (
                        select from scanner.files f where f.target_id = t.id and f.path = $2 and f.state not in (2, 6))
                from scheduler.targets t where t.id = $1
                """).With(targetId).With(path),
            row => new ManifestOf(
                targetId, row.GetString(0), (ChecksumAlgorithm)row.GetInt16(1), path,
                BaseOf(path, isFile: row.GetBoolean(2)), now),
            cancellation);

    public static async Task<bool> HasAnyAsync(ReadSnapshot snapshot, ManifestOf of, CancellationToken cancellation) =>
        await snapshot.OneAsync(
            new NpgsqlCommand(AnySql).With(of.TargetId).With(of.Path), static _ => new object(),
            cancellation) is not null;

    /// <summary>Files that b3sum has no line for.</summary>
    public static async Task<long> CountLeftOutAsync(ReadSnapshot snapshot, ManifestOf of, CancellationToken cancellation)
    {
        await using var command = Bind(new NpgsqlCommand(CountLeftOutSql), of);
        var counted = await snapshot.OneAsync(command, static row => (object)row.GetInt64(0), cancellation);
        return (long)counted!;
    }

    /// <summary>All of them, in path order.</summary>
    public static async Task<IAsyncEnumerable<ManifestEntry>> ReadAsync(
        ReadSnapshot snapshot, ManifestOf of, CancellationToken cancellation)
    {
        await using var declare = Bind(new NpgsqlCommand(Sql), of);
        await snapshot.OpenCursorAsync(declare, cancellation);
        return snapshot.RowsAsync(row => ReadEntry(row, of.Base), cancellation);
    }

    private static NpgsqlCommand Bind(NpgsqlCommand command, ManifestOf of) =>
        command.With(of.TargetId).With(of.Path).With((short)of.Algorithm);

    private static ManifestEntry ReadEntry(NpgsqlDataReader row, string folder) => new(
        FilePath.FromEscaped(row.GetString(0)[folder.Length..]).ToRaw(),
        row.GetInt64(1),
        row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2),
        row.GetBoolean(3),
        row.TimeOrNull(4));

    // As for a tool that is run in the folder; of one file: in the folder that it is in.
    private static string BaseOf(string? path, bool isFile) =>
        path is null ? ""
        : isFile ? path[..(path.LastIndexOf('/') + 1)]
        : path + "/";
}
