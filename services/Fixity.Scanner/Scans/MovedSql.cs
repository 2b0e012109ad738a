namespace Fixity.Scanner.Scans;

/// <summary>What becomes of a file that disappeared at one path and appeared at another, once the two are paired.</summary>
/// <remarks>Parameters: scan, target.</remarks>
internal static class MovedSql
{
    // Of a row n whose content is not that of the row o: the same rule as for a file that stayed. Renaming a folder moves
    // no ctime below it; where the file itself was renamed it moved, and who wrote beside that would otherwise hide.
    private const string Damage = "case when n.ctime_ns <> o.ctime_ns then 5 else 3 end";

    // A folder was renamed where everything that was seen below it is gone, and went to one place. The shortest path
    // that says so is told. Scalar subqueries, because each folder is to be one look into the index, never a join of all.
    public const string Events = """
        with moved as materialized (
            select o.id, o.path as was, n.path as now,
                left(o.path, -strpos(reverse(o.path), '/')) as was_folder,
                left(n.path, -strpos(reverse(n.path), '/')) as now_folder,
                strpos(o.path, '/') > 0 and strpos(n.path, '/') > 0
                    and right(o.path, strpos(reverse(o.path), '/'))
                        = right(n.path, strpos(reverse(n.path), '/')) as is_same_name,
                o.size as was_size, n.size, o.mtime_ns as was_mtime_ns, n.mtime_ns, n.algorithm,
                o.checksum as was_checksum, n.checksum
            from scanner.scan_candidates c
            join scanner.files o on o.id = c.file_id
            join scanner.files n on n.id = c.moved_to
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is not null
        ), folders as (
            select was_folder, now_folder,
                string_to_array(was_folder, '/') as was_names, string_to_array(now_folder, '/') as now_names
            from moved where is_same_name and was_folder <> now_folder
            group by was_folder, now_folder
        ), steps as materialized (
            select was_folder, now_folder, below,
                array_to_string(was_names[1:cardinality(was_names) - below], '/') as renamed,
                array_to_string(now_names[1:cardinality(now_names) - below], '/') as name
            from folders
            cross join lateral generate_series(0, least(cardinality(was_names), cardinality(now_names)) - 1) as below
            where was_names[cardinality(was_names) - below + 1:] = now_names[cardinality(now_names) - below + 1:]
        ), renames as materialized (
            select renamed from steps group by renamed having count(distinct name) = 1
        ), proven as materialized (
            select renamed from renames r
            where (
                select true from scanner.files p
                where p.target_id = $2
                    and p.path > (r.renamed || '/') collate "C" and p.path < (r.renamed || '0') collate "C"
                    and p.state not in (2, 6)
                    and (
                        select true from scanner.scan_candidates d
                        where d.scan_id = $1 and d.kind = 'disappeared' and d.file_id = p.id) is null
                limit 1) is null
        ), told as (
            select distinct on (was_folder, now_folder) was_folder, now_folder, renamed, name
            from steps join proven using (renamed)
            order by was_folder, now_folder, below desc
        )
        insert into scanner.change_events (scan_id, target_id, file_id, path, previous_path, type, old_size, new_size,
            old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum, details)
        select $1, $2, m.id, m.now, m.was, 'moved', m.was_size, m.size, m.was_mtime_ns, m.mtime_ns, m.algorithm,
            m.was_checksum, m.checksum,
            case when t.renamed is not null then
                jsonb_build_object('folder', jsonb_build_object('from', t.renamed, 'to', t.name)) end
        from moved m
        left join told t on m.is_same_name and t.was_folder = m.was_folder and t.now_folder = m.now_folder
        order by m.now
        """;

    // Not for one that was known to hold just that. $3: 3 those that rotted, 5 those that were tampered with.
    public const string DamagedEvents = $"""
        insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
            old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum, details)
        select $1, $2, o.id, n.path, case $3 when 5 then 'tampered' else 'corrupted' end, o.size, n.size, o.mtime_ns,
            n.mtime_ns, n.algorithm, o.checksum, n.checksum,
            case when n.ctime_ns is not null then jsonb_build_object('observedCtimeNs', n.ctime_ns::text) end
        from scanner.scan_candidates c
        join scanner.files o on o.id = c.file_id
        join scanner.files n on n.id = c.moved_to
        where c.scan_id = $1 and c.kind = 'disappeared' and n.checksum <> o.checksum and {Damage} = $3
            and (coalesce(o.damaged_as, o.state) not in (3, 5) or n.checksum is distinct from o.observed_checksum)
        order by n.path
        """;

    // The digests stay with the content that they are of.
    public const string Groups = """
        with taken as (
            delete from scanner.file_groups g using scanner.scan_candidates c
            where c.scan_id = $1 and c.kind = 'disappeared' and g.file_id = c.moved_to
            returning c.file_id, c.moved_to, g.groups
        ), seen as (
            insert into scanner.observed_groups (file_id, checksum, groups)
            select t.file_id, n.checksum, t.groups
            from taken t join scanner.files o on o.id = t.file_id join scanner.files n on n.id = t.moved_to
            where o.checksum <> n.checksum
            on conflict (file_id) do update set checksum = excluded.checksum, groups = excluded.groups
        )
        insert into scanner.file_groups (file_id, groups)
        select t.file_id, t.groups
        from taken t join scanner.files o on o.id = t.file_id join scanner.files n on n.id = t.moved_to
        where o.checksum = n.checksum
        on conflict do nothing
        """;

    // The row keeps its id and with it its history and the checksum that it should have; the one that stood for the new
    // path goes. That one may have waited for a while: what was found out about it since holds for the file.
    // If it was known before this scan, it stays known which file it is now.
    public const string Files = $"""
        with gone as (
            delete from scanner.files n using scanner.scan_candidates c join scanner.files o on o.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and n.id = c.moved_to
            returning c.file_id as old_id, o.state as was, o.size as was_size, {Damage} as damage,
                n.checksum is not distinct from o.observed_checksum as is_known, n.*
        ), moved as (
            update scanner.files f
            set path = gone.path, damaged_as = null,
                size = gone.size, mtime_ns = gone.mtime_ns, ctime_ns = gone.ctime_ns,
                file_id = gone.file_id, mode = gone.mode, uid = gone.uid, gid = gone.gid, links = gone.links,
                acl_digest = gone.acl_digest, xattrs_digest = gone.xattrs_digest,
                capabilities_digest = gone.capabilities_digest, hangs = gone.hangs, retry_after = gone.retry_after,
                verified_at = case
                    when coalesce(f.damaged_as, f.state) in (3, 5) or f.checksum <> gone.checksum then f.verified_at
                    else gone.verified_at end,
                state = case
                    when coalesce(f.damaged_as, f.state) in (3, 5) and gone.is_known then coalesce(f.damaged_as, f.state)
                    when f.checksum <> gone.checksum then gone.damage
                    when gone.state in (3, 4, 5) then gone.state else 1 end,
                state_since = case
                    when f.state in (3, 5) or f.state = 1 and f.checksum = gone.checksum and gone.state = 1
                        then f.state_since
                    else now() end,
                observed_checksum = case
                    when f.checksum <> gone.checksum then coalesce(gone.observed_checksum, gone.checksum)
                    when gone.state in (3, 5) then gone.observed_checksum else f.observed_checksum end
            from gone where f.id = gone.old_id
            returning gone.was, gone.was_size
        ), known as (
            select id, old_id from gone where first_scan_id <> all ((select scheduler.chain_of($1))::bigint[])
        ), parted as (
            delete from scanner.replaced_files r using gone where r.file_id = gone.old_id
        ), replaced as (
            insert into scanner.replaced_files (id, file_id) select id, old_id from known
        ), followed as (
            update scanner.replaced_files r set file_id = known.old_id from known where r.file_id = known.id
        ), counted as (
            select count(*) filter (where was not in (2, 6)) as files,
                coalesce(sum(was_size) filter (where was not in (2, 6)), 0)::bigint as bytes
            from moved
        )
        update scanner.target_states t
        set files_present = t.files_present - counted.files, bytes_present = t.bytes_present - counted.bytes
        from counted where t.target_id = $2 and counted.files > 0
        """;
}
