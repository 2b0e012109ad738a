using Fixity.Query.Files;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Browse;

/// <summary>Reads one folder of a target, a page at a time, without a look at what lies deeper.</summary>
/// <remarks>
/// What there is comes from the files themselves, so that it is as fresh as they are; only the sums are kept. The walk goes
/// from entry to entry over the primary key: behind a file to the next path, behind a folder to the first path that
/// does not lie in it. Folders whose sums are known come from their own table: between two of them may lie a million files.
/// </remarks>
internal sealed class BrowseQueries(NpgsqlDataSource database, FileQueries files)
{
    /// <summary>Steps of one walk: between two files may lie a hundred thousand folders that were shown before.</summary>
    internal const int MostSteps = 5_000;

    private const string Sums = """
        k.files, k.bytes, k.corrupted, k.tampered, k.unreadable, k.never_verified, k.oldest_verified_at, k.deleted,
        k.excluded, k.changed
        """;

    // Of the folder whose prefix ('a/', '' for the root) is given. The table of ranges is tiny.
    private const string Unknown = """
        case
            when ts.state in ('offline', 'denied') or exists (
                select from scanner.unknown_ranges u where u.target_id = $1 and starts_with(p.prefix, u.prefix)) then 2
            when exists (
                select from scanner.unknown_ranges u where u.target_id = $1 and starts_with(u.prefix, p.prefix)) then 1
            else 0 end
        """;

    // $2: the prefix, $3: where it ends (null: the root), $4 and $5: parent and name.
    private const string FolderSql = $"""
        select t.name, r.as_of, exists (
                select from scanner.files f
                where f.target_id = $1 and f.path >= $2 and ($3::text is null or f.path < $3)),
            {Unknown}, k.target_id is not null and r.as_of is not null, {Sums}
        from scheduler.targets t
        cross join (select $2 collate "C" as prefix) p
        left join scanner.target_states ts on ts.target_id = t.id
        left join scanner.rollups r on r.target_id = t.id
        left join scanner.folders k on k.target_id = t.id and k.parent = $4 and k.name = $5
        where t.id = $1
        """;

    // $2: the folder, $3: its prefix. One whose last row went since then is not there any more.
    internal const string KnownSql = """
        select k.name
        from scanner.folders k
        where k.target_id = $1 and k.parent = $2 and k.name > $4 and exists (
            select from scanner.files f
            where f.target_id = $1 and f.path >= $3 || k.name || '/' and f.path < $3 || k.name || '0')
        order by k.name
        limit $5
        """;

    // $2: the prefix, $3: where it ends, $4: where the walk begins, $5: the folder, $6: known folders were shown before,
    // $7: steps, $8: rows. No path lies between one and itself with chr(1): it would need a NUL.
    internal const string WalkSql = """
        with recursive step as (
            (
                select 1 as number, f.id, e.*
                from scanner.files f
                cross join lateral (select substr(f.path, length($2) + 1) as rest) r
                cross join lateral (
                    select case when strpos(r.rest, '/') > 0 then split_part(r.rest, '/', 1) end as folder, r.rest,
                        case when strpos(r.rest, '/') > 0 then $2 || split_part(r.rest, '/', 1) || '0'
                            else f.path || chr(1) end as next_key
                ) e
                where f.target_id = $1 and f.path >= $2 and f.path >= $4 and ($3::text is null or f.path < $3)
                order by f.path
                limit 1
            )
            union all
            select s.number + 1, n.id, e.*
            from step s
            cross join lateral (
                select f.id, f.path
                from scanner.files f
                where f.target_id = $1 and f.path >= s.next_key and ($3::text is null or f.path < $3)
                order by f.path
                limit 1
            ) n
            cross join lateral (select substr(n.path, length($2) + 1) as rest) r
            cross join lateral (
                select case when strpos(r.rest, '/') > 0 then split_part(r.rest, '/', 1) end as folder, r.rest,
                    case when strpos(r.rest, '/') > 0 then $2 || split_part(r.rest, '/', 1) || '0'
                        else n.path || chr(1) end as next_key
            ) e
            where s.number < $7
        )
        select w.* from (
            select s.number, s.next_key, coalesce(s.folder, s.rest) as name, case when s.folder is null then s.id end as id,
                s.folder is null or not $6 or not exists (
                    select from scanner.folders k where k.target_id = $1 and k.parent = $5 and k.name = s.folder) as is_shown
            from step s
        ) w
        where w.is_shown or w.number = $7
        limit $8
        """;

    private const string EntriesSql = $"""
        select p.name, {Unknown}, k.target_id is not null and r.as_of is not null, {Sums}
        from (select n.name, $3 || n.name || '/' as prefix from unnest($4::text[]) as n (name)) p
        left join scanner.target_states ts on ts.target_id = $1
        left join scanner.rollups r on r.target_id = $1
        left join scanner.folders k on k.target_id = $1 and k.parent = $2 and k.name = p.name
        """;

    /// <returns>Null: there is no such target.</returns>
    public async Task<BrowsedFolder?> FindAsync(int targetId, string path, CancellationToken cancellation)
    {
        var slash = path.LastIndexOf('/');
        await using var command = database.CreateCommand(FolderSql)
            .With(targetId)
            .With(PrefixOf(path))
            .With(EndOf(path))
            .With(slash < 0 ? "" : path[..slash])
            .With(path[(slash + 1)..]);
        return await command.ReadOneAsync(ReadFolder, cancellation);
    }

    /// <summary>One page of a folder.</summary>
    /// <returns>The entries, and where the next page begins; null: this was the last.</returns>
    public async Task<(List<FolderEntry> Entries, BrowseKey? Next)> PageAsync(
        int targetId, string path, EntryOrder order, BrowseKey from, int limit, CancellationToken cancellation)
    {
        var isFoldersFirst = order == EntryOrder.Folders;
        List<string> folders = [];
        if (isFoldersFirst && !from.IsPastFolders)
        {
            folders = await KnownAsync(targetId, path, from.From, limit + 1, cancellation);
            if (folders.Count > limit)
            {
                folders.RemoveAt(limit);
                return (
                    await CompleteAsync(targetId, path, folders, [], cancellation), new BrowseKey(false, folders[^1]));
            }
        }

        var start = from.IsPastFolders ? from.From : "";
        var (walked, next) = await WalkAsync(
            targetId, path, start, isFoldersFirst, limit - folders.Count, cancellation);
        return (await CompleteAsync(targetId, path, folders, walked, cancellation), next);
    }

    internal static NpgsqlCommand BindKnown(NpgsqlCommand command, int targetId, string path, string after, int rows) =>
        command.With(targetId).With(path).With(PrefixOf(path)).With(after).With(rows);

    internal static NpgsqlCommand BindWalk(
        NpgsqlCommand command, int targetId, string path, string start, bool isFoldersFirst, int limit) => command
        .With(targetId)
        .With(PrefixOf(path))
        .With(EndOf(path))
        .With(start)
        .With(path)
        .With(isFoldersFirst)
        .With(MostSteps)
        .With(limit + 1);

    // The empty path is the root: everything begins with its prefix, and it has no end.
    private static string PrefixOf(string path) => path.Length == 0 ? "" : path + "/";

    private static string? EndOf(string path) => path.Length == 0 ? null : path + "0";

    private async Task<List<string>> KnownAsync(
        int targetId, string path, string after, int rows, CancellationToken cancellation)
    {
        await using var command = BindKnown(database.CreateCommand(KnownSql), targetId, path, after, rows);
        return await command.ReadAllAsync(row => row.GetString(0), cancellation);
    }

    private async Task<(List<WalkedEntry> Shown, BrowseKey? Next)> WalkAsync(
        int targetId, string path, string start, bool isFoldersFirst, int limit, CancellationToken cancellation)
    {
        await using var command = BindWalk(
            database.CreateCommand(WalkSql), targetId, path, start, isFoldersFirst, limit);
        var numbers = 0;
        var walked = await command.ReadAllAsync(ReadWalked, cancellation);
        var shown = walked.FindAll(entry => entry.IsShown);
        if (shown.Count > limit)
        {
            // The first that does not fit begins the next page: where the last that does ends, or this page began.
            return (shown[..limit], new BrowseKey(true, limit > 0 ? shown[limit - 1].NextKey : start));
        }

        return (shown, numbers == MostSteps ? new BrowseKey(true, walked[^1].NextKey) : null);

        WalkedEntry ReadWalked(NpgsqlDataReader row)
        {
            numbers = row.GetInt32(0);
            return new WalkedEntry(row.GetString(1), row.GetString(2), row.LongOrNull(3), row.GetBoolean(4));
        }
    }

    /// <summary>Adds sums and files. A file that went meanwhile is left out.</summary>
    private async Task<List<FolderEntry>> CompleteAsync(
        int targetId, string path, List<string> folders, List<WalkedEntry> walked, CancellationToken cancellation)
    {
        string[] names = [.. folders, .. walked.Where(entry => entry.FileId is null).Select(entry => entry.Name)];
        var folderByName = (await FoldersAsync(targetId, path, names, cancellation))
            .ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var fileById = (await files.ManyAsync([.. walked.Select(entry => entry.FileId).OfType<long>()], cancellation))
            .ToDictionary(file => file.Id);
        var entries = folders.ConvertAll(name => folderByName[name]);
        foreach (var entry in walked)
        {
            if (entry.FileId is not { } id)
            {
                entries.Add(folderByName[entry.Name]);
            }
            else if (fileById.TryGetValue(id, out var file))
            {
                entries.Add(new FolderEntry(EntryKind.File, entry.Name, file.Path, null, null, file));
            }
        }

        return entries;
    }

    private async Task<List<FolderEntry>> FoldersAsync(
        int targetId, string path, string[] names, CancellationToken cancellation)
    {
        if (names.Length == 0)
        {
            return [];
        }

        var prefix = PrefixOf(path);
        await using var command = database.CreateCommand(EntriesSql).With(targetId).With(path).With(prefix).With(names);
        return await command.ReadAllAsync(ReadEntry, cancellation);

        FolderEntry ReadEntry(NpgsqlDataReader row)
        {
            var name = row.GetString(0);
            return new FolderEntry(
                EntryKind.Folder, name, prefix + name, (UnknownPart)row.GetInt32(1), ReadSums(row, 2), null);
        }
    }

    private static BrowsedFolder ReadFolder(NpgsqlDataReader row) => new(
        row.GetString(0), row.TimeOrNull(1), row.GetBoolean(2), (UnknownPart)row.GetInt32(3), ReadSums(row, 4));

    /// <param name="known">The column that says whether there are sums; they follow it in the order of Sums.</param>
    private static FolderSums? ReadSums(NpgsqlDataReader row, int known) => !row.GetBoolean(known)
        ? null
        : new FolderSums(
            row.GetInt64(known + 1),
            row.GetInt64(known + 2),
            row.GetInt64(known + 3),
            row.GetInt64(known + 4),
            row.GetInt64(known + 5),
            row.GetInt64(known + 6),
            row.TimeOrNull(known + 7),
            row.GetInt64(known + 8),
            row.GetInt64(known + 9),
            row.GetInt64(known + 10));
}
