namespace Fixity.Scanner.Baselines;

/// <summary>What each list of a batch does to the baseline, and the events that are certain already.</summary>
/// <remarks>
/// Each statement says which state it expects of the rows and writes an event for those alone that it changed: a
/// person may accept a file while it is being scanned. Each answers how many rows it changed, how many events it wrote,
/// and by how much the present files and their bytes grew; a deleted (2) or excluded (6) one is not among them until it
/// returns. Where it was damaged when it left is in <c>damaged_as</c>, which no row of another state has.
/// Until a first scan is complete nobody is told of edits: rows of one that broke off follow what the next one finds.
/// Damage is told then too, and how it ended: a checksum that was taken once is not given up for what nobody wrote.
/// Parameters: target, scan, ids, then what the list has.
/// </remarks>
internal static class EffectSql
{
    // Deleted rows whose path returned keep their id and history.
    public const string Appeared = $"""
        with input as (
            select * from unnest($3::text[], {FileColumns.Arrays}, $15::smallint[], $16::bytea[], $17::boolean[])
                as i (path, {FileColumns.Names}, algorithm, checksum, hung)
        ), recorded as (
            insert into scanner.files as f (target_id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, links,
                acl_digest, xattrs_digest, capabilities_digest, algorithm, checksum, state, first_scan_id, verified_at,
                hangs, retry_after)
            select $1, path, size, mtime_ns, ctime_ns, inode, mode, uid, gid, links, acl, xattrs, capabilities, algorithm,
                checksum, case when checksum is null then 4 else 1 end, $2,
                case when checksum is null then null else now() end,
                case when hung then 1 else 0 end, case when hung then now() + interval '1 hour' end
            from input
            on conflict (target_id, path) do update
            set size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,
                file_id = excluded.file_id, mode = excluded.mode, uid = excluded.uid, gid = excluded.gid,
                links = excluded.links, acl_digest = excluded.acl_digest, xattrs_digest = excluded.xattrs_digest,
                capabilities_digest = excluded.capabilities_digest, algorithm = excluded.algorithm,
                checksum = excluded.checksum, state = excluded.state, state_since = now(),
                verified_at = excluded.verified_at, observed_checksum = null, damaged_as = null,
                previous_algorithm = null, previous_checksum = null, hangs = excluded.hangs,
                retry_after = excluded.retry_after
            where f.state = 2
            returning f.id, f.size
        ), candidate as (
            insert into scanner.scan_candidates (scan_id, file_id, kind)
            select $2, id, 'appeared' from recorded where not $18
        )
        select count(*), 0::bigint, count(*), coalesce(sum(size), 0)::bigint from recorded
        """;

    // Of a deleted row whose path returned: what it should hold is known, what it holds will be when it can be read.
    public const string ReturnedUnreadable = """
        with recorded as (
            update scanner.files f
            set state = coalesce(f.damaged_as, 4), damaged_as = null, state_since = now(),
                hangs = case when i.hung then 1 else 0 end,
                retry_after = case when i.hung then now() + interval '1 hour' end
            from unnest($3::bigint[], $4::boolean[]) as i (id, hung)
            where f.id = i.id and f.target_id = $1 and f.state = 2
            returning f.id, f.size
        ), candidate as (
            insert into scanner.scan_candidates (scan_id, file_id, kind)
            select $2, id, 'appeared' from recorded where not $5
        )
        select count(*), 0::bigint, count(*), coalesce(sum(size), 0)::bigint from recorded
        """;

    public const string Modified = $"""
        with input as (
            select * from unnest($3::bigint[], {FileColumns.Arrays}, $15::smallint[], $16::bytea[], $17::bigint[],
                $18::bigint[], $19::bytea[], $20::text[])
                as i (id, {FileColumns.Names}, algorithm, checksum, old_size, old_mtime_ns, old_checksum, details)
        ), changed as (
            update scanner.files f
            set {FileColumns.Assignments}, algorithm = i.algorithm, checksum = i.checksum, verified_at = now(),
                observed_checksum = null, damaged_as = null, previous_algorithm = null, previous_checksum = null,
                hangs = 0, retry_after = null, state = 1,
                state_since = case when f.state = 1 then f.state_since else now() end
            from input i join scanner.files o on o.id = i.id
            where f.id = i.id and f.target_id = $1 and f.state <> 2
            returning f.path, i.*, o.state as was, o.size as was_size
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, algorithm, old_checksum, new_checksum, details)
            select $2, $1, c.id, c.path, 'modified', c.old_size, c.size, c.old_mtime_ns, c.mtime_ns, c.algorithm,
                c.old_checksum, c.checksum, c.details::jsonb
            from changed c where not $21 or c.was in (3, 5) order by c.path
            returning 1
        )
        select (select count(*) from event), (select count(*) from event), count(*) filter (where was = 6),
            coalesce(sum(size - case when was = 6 then 0 else was_size end), 0)::bigint
        from changed
        """;

    // Content equal, or not looked at: then a row that could not be read stays so.
    public const string Refreshed = $"""
        with input as (
            select * from unnest($3::bigint[], {FileColumns.Arrays}, $15::smallint[], $16::bytea[], $17::boolean[],
                $18::bigint[], $19::bigint[], $20::text[], $21::boolean[])
                as i (id, {FileColumns.Names}, algorithm, checksum, was_read, old_size, old_mtime_ns, attributes, touched)
        ), changed as (
            update scanner.files f
            set {FileColumns.Assignments},
                previous_algorithm = case
                    when i.was_read and i.algorithm <> f.algorithm then f.algorithm else f.previous_algorithm end,
                previous_checksum = case
                    when i.was_read and i.algorithm <> f.algorithm then f.checksum else f.previous_checksum end,
                algorithm = case when i.was_read then i.algorithm else f.algorithm end,
                checksum = case when i.was_read then i.checksum else f.checksum end,
                verified_at = case when i.was_read then now() else f.verified_at end,
                observed_checksum = case when i.was_read then null else f.observed_checksum end,
                damaged_as = null,
                hangs = case when i.was_read then 0 else f.hangs end,
                retry_after = case when i.was_read then null else f.retry_after end,
                state = case when i.was_read or f.state = 6 then 1 else f.state end,
                state_since = case
                    when (i.was_read or f.state = 6) and f.state <> 1 then now() else f.state_since end
            from input i join scanner.files o on o.id = i.id
            where f.id = i.id and f.target_id = $1 and f.state in (1, 4, 6)
            returning f.path, i.*, o.state as was, o.size as was_size
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, details)
            select $2, $1, c.id, c.path, t.type, c.old_size, c.size, c.old_mtime_ns, c.mtime_ns,
                case when t.type = 'attributes' then c.attributes::jsonb end
            from changed c
            join (values ('attributes'), ('touched')) as t (type)
                on case t.type when 'attributes' then c.attributes is not null else c.touched end
            where not $22
            order by c.path
            returning 1
        )
        select count(*), (select count(*) from event), count(*) filter (where was = 6),
            coalesce(sum(size - case when was = 6 then 0 else was_size end), 0)::bigint
        from changed
        """;

    // Nearly all of them are present already: what the others (4, 6) were is looked up only where there are others. Said so
    // that they are found by id: by state they would be all that the patterns ever left out, once more for each batch.
    public const string Verified = """
        with present as (
            update scanner.files
            set verified_at = now(), observed_checksum = null, hangs = 0, retry_after = null
            where id = any ($3) and target_id = $1 and state = 1
            returning 1
        ), back as (
            update scanner.files f
            set verified_at = now(), state = 1, observed_checksum = null, damaged_as = null, hangs = 0,
                retry_after = null, state_since = now()
            from scanner.files o
            where (select count(*) from present) < cardinality($3)
                and o.id = any ($3) and o.target_id = $1 and o.state not in (1, 2, 3, 5)
                and f.id = o.id and f.state = o.state
            returning f.size, o.state as was
        )
        select (select count(*) from present) + count(*), 0::bigint, count(*) filter (where was = 6),
            coalesce(sum(size) filter (where was = 6), 0)::bigint
        from back
        """;

    // Asked for twice: of those that rotted, of those that were tampered with ($4: the state, $5: the type). Of deleted
    // rows too, whose file returned.
    public const string Damaged = """
        with changed as (
            update scanner.files f
            set state = $4, observed_checksum = i.actual, damaged_as = null, hangs = 0, retry_after = null,
                state_since = case when f.state = $4 then f.state_since else now() end
            from unnest($3::bigint[], $6::smallint[], $7::bytea[], $8::bytea[], $9::text[])
                as i (id, algorithm, expected, actual, details) join scanner.files o on o.id = i.id
            where f.id = i.id and f.target_id = $1 and f.checksum = i.expected
            returning f.id, f.path, f.size, f.mtime_ns, i.algorithm, i.expected, i.actual, i.details, o.state as was
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, algorithm, old_checksum, new_checksum, details)
            select $2, $1, id, path, $5, size, size, mtime_ns, mtime_ns, algorithm, expected, actual, details::jsonb
            from changed order by path
        )
        select count(*), count(*), count(*) filter (where was in (2, 6)),
            coalesce(sum(size) filter (where was in (2, 6)), 0)::bigint
        from changed
        """;

    // What patterns left out for a while.
    public const string StillDamaged = """
        with changed as (
            update scanner.files
            set state = damaged_as, damaged_as = null, state_since = now(), hangs = 0, retry_after = null
            where target_id = $1 and id = any ($3) and state = 6 and damaged_as is not null
            returning size
        )
        select count(*), 0::bigint, count(*), coalesce(sum(size), 0)::bigint from changed
        """;

    public const string Restored = $"""
        with input as (
            select * from unnest($3::bigint[], {FileColumns.Arrays}, $15::smallint[], $16::bytea[], $17::bytea[])
                as i (id, {FileColumns.Names}, algorithm, checksum, was_checksum)
        ), changed as (
            update scanner.files f
            set {FileColumns.Assignments},
                previous_algorithm = case
                    when i.algorithm <> f.algorithm then f.algorithm else f.previous_algorithm end,
                previous_checksum = case when i.algorithm <> f.algorithm then f.checksum else f.previous_checksum end,
                algorithm = i.algorithm, checksum = i.checksum, verified_at = now(), observed_checksum = null,
                damaged_as = null, hangs = 0, retry_after = null, state = 1, state_since = now()
            from input i join scanner.files o on o.id = i.id
            where f.id = i.id and f.target_id = $1 and (f.state in (3, 5) or f.state = 6 and f.damaged_as is not null)
            returning f.path, i.*, o.size as old_size, o.mtime_ns as old_mtime_ns, o.state as was
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, algorithm, old_checksum, new_checksum)
            select $2, $1, c.id, c.path, 'restored', c.old_size, c.size, c.old_mtime_ns, c.mtime_ns, c.algorithm,
                c.was_checksum, c.checksum
            from changed c order by c.path
        )
        select count(*), count(*), count(*) filter (where was = 6),
            coalesce(sum(size - case when was = 6 then 0 else old_size end), 0)::bigint
        from changed
        """;

    // Beside what became of the content. What was not read stays as recorded.
    public const string Attributes = $"""
        with input as (
            select * from unnest($3::bigint[], {FileColumns.Arrays}, $15::bigint[], $16::bigint[], $17::text[])
                as i (id, {FileColumns.Names}, old_size, old_mtime_ns, attributes)
        ), changed as (
            update scanner.files f
            set mode = i.mode, uid = i.uid, gid = i.gid, links = i.links, acl_digest = coalesce(i.acl, f.acl_digest),
                xattrs_digest = coalesce(i.xattrs, f.xattrs_digest),
                capabilities_digest = coalesce(i.capabilities, f.capabilities_digest)
            from input i
            where f.id = i.id and f.target_id = $1 and f.state <> 2
            returning f.path, i.*
        ), event as (
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, details)
            select $2, $1, id, path, 'attributes', old_size, size, old_mtime_ns, mtime_ns, attributes::jsonb
            from changed where attributes is not null and not $18 order by path
            returning 1
        )
        select count(*), (select count(*) from event), 0::bigint, 0::bigint from changed
        """;

    // A damaged one stays damaged: that it cannot be read now does not make it better. One that hung is left alone for
    // an hour, then two, at last a day.
    public const string Unreadable = """
        with changed as (
            update scanner.files f
            set state = case when f.state in (1, 6) then coalesce(f.damaged_as, 4) else f.state end, damaged_as = null,
                state_since = case when f.state in (1, 6) then now() else f.state_since end,
                hangs = case when i.hung then least(f.hangs + 1, 100) else f.hangs end,
                retry_after = case
                    when i.hung then now() + least(interval '1 hour' * 2 ^ least(f.hangs, 10), interval '24 hours')
                    else f.retry_after end
            from unnest($3::bigint[], $4::boolean[]) as i (id, hung) join scanner.files o on o.id = i.id
            where f.id = i.id and f.target_id = $1 and f.state <> 2 and (f.state in (1, 6) or i.hung)
            returning f.size, o.state as was
        )
        select count(*), 0::bigint, count(*) filter (where was = 6),
            coalesce(sum(size) filter (where was = 6), 0)::bigint
        from changed
        """;

    public const string Excluded = """
        with changed as (
            update scanner.files
            set state = 6, state_since = now(), damaged_as = case when state in (3, 5) then state end
            where target_id = $1 and id = any ($3) and state in (1, 3, 4, 5)
            returning size
        )
        select count(*), 0::bigint, -count(*), -coalesce(sum(size), 0)::bigint from changed
        """;

    // The rows stay as they are until the scan closes: some will turn out to have moved.
    public const string Disappeared = """
        with recorded as (
            insert into scanner.scan_candidates (scan_id, file_id, kind)
            select $2, id, 'disappeared' from unnest($3::bigint[]) as i (id)
            on conflict do nothing
            returning 1
        )
        select count(*), 0::bigint, 0::bigint, 0::bigint from recorded
        """;
}
