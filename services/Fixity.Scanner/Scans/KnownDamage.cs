using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Recognises damage that turns up at a new path by what it holds: it must not become a baseline there.</summary>
/// <remarks>
/// Whether the file that was found damaged is still at its path, was deleted or is left out by the patterns: the same
/// content is the same damage. The new row takes over what the file should hold, and how it was damaged.
/// </remarks>
internal static class KnownDamage
{
    // Of several the same inode, then the one that was damaged last. What the damaged parts are is known already.
    private const string Sql = """
        with known as (
            select distinct on (n.id) n.id, n.path, n.size, n.mtime_ns, n.algorithm, f.checksum as expected,
                n.checksum as actual, f.id as from_id, f.path as from_path, coalesce(f.damaged_as, f.state) as damage
            from scanner.scan_candidates c
            join scanner.files n on n.id = c.file_id
            join scanner.files f on f.target_id = $2 and f.observed_checksum = n.checksum and f.size = n.size
                and f.algorithm = n.algorithm and f.checksum <> n.checksum and f.id <> n.id
            where c.scan_id = $1 and c.kind = 'appeared' and n.state in (1, 4) and coalesce(f.damaged_as, f.state) in (3, 5)
            order by n.id, f.file_id = n.file_id desc nulls last, f.state_since desc
        ), told as (
            delete from scanner.scan_candidates c using known k
            where c.scan_id = $1 and c.kind = 'appeared' and c.file_id = k.id
        ), marked as (
            update scanner.files n
            set checksum = k.expected, observed_checksum = k.actual, state = k.damage, state_since = now(),
                verified_at = null
            from known k where n.id = k.id
        ), seen as (
            insert into scanner.observed_groups (file_id, checksum, groups)
            select k.id, k.actual, g.groups from known k join scanner.file_groups g on g.file_id = k.id
            on conflict (file_id) do update set checksum = excluded.checksum, groups = excluded.groups
        ), recorded as (
            insert into scanner.file_groups (file_id, groups)
            select k.id, g.groups from known k join scanner.file_groups g on g.file_id = k.from_id
            on conflict (file_id) do update set groups = excluded.groups
        ), unrecorded as (
            delete from scanner.file_groups g using known k
            where g.file_id = k.id and not exists (select from scanner.file_groups o where o.file_id = k.from_id)
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
                old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum, details)
            select $1, $2, k.id, k.path, case k.damage when 5 then 'tampered' else 'corrupted' end, k.size, k.size,
                k.mtime_ns, k.mtime_ns, k.algorithm, k.expected, k.actual, jsonb_strip_nulls(jsonb_build_object(
                    'knownFrom', jsonb_build_object('fileId', k.from_id, 'path', k.from_path),
                    'damage', (
                        select e.details -> 'damage' from scanner.change_events e
                        where e.file_id = k.from_id and e.type in ('corrupted', 'tampered') and e.new_checksum = k.actual
                        order by e.id desc limit 1)))
            from known k order by k.path
            returning type
        )
        select count(*) filter (where type = 'corrupted'), count(*) filter (where type = 'tampered') from event
        """;

    /// <summary>Takes those that were recognised from the candidates: they are told as damage, and not as added.</summary>
    public static async Task<(long Corrupted, long Tampered)> ApplyAsync(
        NpgsqlConnection connection, long scanId, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 }; // As the rest of the closing.
        command.With(scanId).With(targetId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return Read(row);

        static (long, long) Read(NpgsqlDataReader row) => (row.GetInt64(0), row.GetInt64(1));
    }
}
