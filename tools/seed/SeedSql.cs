namespace Fixity.Seed;

/// <summary>The statements that make history up, on the server: nothing of it goes over the wire.</summary>
/// <remarks>
/// <para>Nothing is random: whatever looks so is a hash of a row's number and the seed.</para>
/// <para>Times grow with the ids, as they do where scanners write; every scan ends before the next one begins.</para>
/// </remarks>
internal static class SeedSql
{
    /// <summary>A number below a bound, and the path of the k-th file of a target.</summary>
    public const string Functions = """
        create function pg_temp.pick(n bigint, salt bigint, below bigint) returns bigint language sql immutable as
            'select (hashint8extended(n, salt) & 9223372036854775807) % below';

        create function pg_temp.path_of(k bigint) returns text language sql immutable as $$
            select case
                when k % 20 < 8 then 'photos/' || 2005 + k / 20 % 20 || '/' || lpad((1 + k / 400 % 12)::text, 2, '0')
                    || '/IMG_' || lpad(k::text, 8, '0') || case k % 3 when 0 then '.raw' else '.jpg' end
                when k % 20 < 13 then 'projects/p' || lpad((k / 20 % 400)::text, 3, '0') || '/src/module_'
                    || k / 8000 % 30 || '/file_' || k || case k % 4 when 0 then '.h' else '.cpp' end
                when k % 20 < 16 then 'archive/flat/' || lpad(k::text, 9, '0') || '.dat'
                when k % 20 = 16 then 'deep/' || k / 20 % 7 || '/' || k / 140 % 7 || '/' || k / 980 % 7 || '/'
                    || k / 6860 % 7 || '/a/b/c/d/e/f/g/h/i/j/k/l/m/n/leaf-' || k || '.bin'
                when k % 20 = 17 then 'reports_100%/q' || 1 + k / 20 % 4 || '_' || 2005 + k / 80 % 20
                    || '/100%_final_' || k || '.pdf'
                when k % 20 = 18 then 'legacy/caf\xe9/na\xefve_' || k || '.txt'
                else 'Büro/Größe – ' || k / 20 % 50 || '/back\\slash ' || k || '.odt'
            end $$;
        """;

    /// <summary>$1 how many, $2 files, $3 when the first was made.</summary>
    public const string Targets = """
        create temporary table seed_targets on commit drop as
        select t as id, case t when 1 then 0 else $2 / 2 + (t - 2) * (($2 - $2 / 2) / ($1 - 1)) end as base,
            case when t = 1 then $2 / 2
                when t = $1 then $2 - $2 / 2 - (t - 2) * (($2 - $2 / 2) / ($1 - 1))
                else ($2 - $2 / 2) / ($1 - 1) end as files
        from generate_series(1, $1) t;
        """;

    public const string TargetRows = """
        insert into scheduler.targets (id, name, type, root, created_at, updated_at)
            overriding system value
        select id, 'seed ' || lpad(id::text, 3, '0'), (array['local', 'nfs', 'smb'])[(1 + id % 3)::int],
            case id % 3 when 2 then 'seed/' || id else '/seed/' || id end, $1, $1
        from seed_targets
        """;

    /// <summary>$1 salt, $2 until, $3 days back to the first.</summary>
    public const string Files = """
        insert into scanner.files (id, target_id, path, size, mtime_ns, mode, links, algorithm, checksum, state, state_since,
            first_seen_at, first_scan_id, verified_at, observed_checksum)
            overriding system value
        select t.base + k + 1, t.id, pg_temp.path_of(k),
            -- Two of a hundred have the content of others.
            (power(2, 4 + pg_temp.pick(content, $1 + 1, 240) / 10.0))::bigint + pg_temp.pick(content, $1 + 2, 1000),
            (extract(epoch from $2::timestamptz) * 1000000)::bigint * 1000
                - pg_temp.pick(t.base + k, $1 + 3, 20 * 365 * 86400::bigint) * 1000000000 - pg_temp.pick(k, $1 + 4, 1000000000),
            420, 1, 1, sha256(int8send(content + $1)), s.state,
            case when s.state = 2 then seen.at + ($2 - seen.at) * (pg_temp.pick(t.base + k, $1 + 5, 1000) / 1000.0)
                when s.state = 1 then seen.at else $2 - pg_temp.pick(k, $1 + 6, 90) * interval '1 day' end,
            seen.at, 1,
            case when pg_temp.pick(t.base + k, $1 + 7, 100) > 0
                then $2 - pg_temp.pick(t.base + k, $1 + 8, 120 * 86400::bigint) * interval '1 second' end,
            case when s.state in (3, 5) then sha256(int8send(-k)) end
        from seed_targets t
        cross join lateral generate_series(0, t.files - 1) k
        cross join lateral (select pg_temp.pick(t.base + k, $1 + 9, 10000) as r) r
        cross join lateral (
            select case when r < 1500 then 2 when r < 1504 then 3 when r < 1505 then 5 when r < 1507 then 4
                when r < 1550 then 6 else 1 end::smallint as state) s
        cross join lateral (
            select case when pg_temp.pick(t.base + k, $1 + 10, 50) = 0 then pg_temp.pick(t.base + k, $1 + 11, 8000)
                else t.base + k + 1000000 end as content) c
        cross join lateral (
            select $2 - (pg_temp.pick(t.base + k, $1 + 12, $3 * 86400::bigint)) * interval '1 second' as at) seen
        """;

    /// <summary>$1 salt, $2 since, $3 until, $4 scans, $5 targets.</summary>
    public const string Scans = """
        insert into scheduler.scans (id, target_id, trigger, requested_at, status, reason, started_at, ended_at, updated_at,
            is_baseline, files_before, files_seen, bytes_seen, files_hashed, bytes_hashed, errors_count)
            overriding system value
        select s, 1 + s % $5, case when pg_temp.pick(s, $1 + 20, 50) = 0 then 'manual' else 'schedule' end, at.started, o.status,
            case o.status when 'failed' then 'storage_unreachable' when 'partial' then 'directory_unreadable' end, at.started,
            at.started + ($3::timestamptz - $2) / $4 * (0.1 + pg_temp.pick(s, $1 + 21, 80) / 100.0),
            at.started + ($3 - $2) / $4 * 0.1, s <= $5, t.files, t.files, t.files * 1000000,
            t.files / 100, t.files * 10000, case o.status when 'partial' then 5 else 0 end
        from generate_series(1, $4) s
        join seed_targets t on t.id = 1 + s % $5
        cross join lateral (select pg_temp.pick(s, $1 + 22, 1000) as r) r
        cross join lateral (
            select case when s > $4 - $5 then 'completed' when r < 15 then 'failed' when r < 20 then 'cancelled'
                when r < 40 then 'partial' else 'completed' end as status) o
        cross join lateral (select $2 + ($3 - $2) / $4 * (s - 1) as started) at
        """;

    public const string Segments = """
        insert into scheduler.scan_segments (scan_id, ordinal, status)
        select id, 0, status from scheduler.scans
        """;

    public const string ScanErrors = """
        insert into scanner.scan_errors (scan_id, path, kind, message, occurred_at)
        select s.id, 'locked/' || n, case n % 2 when 0 then 'directory_unreadable' else 'file_unreadable' end,
            'Permission denied', s.started_at
        from scheduler.scans s cross join generate_series(1, case when s.id % 1000 = 0 then 2000 else 5 end) n
        where s.status = 'partial' or s.id % 1000 = 0
        order by s.id, n
        """;

    /// <summary>Months of the past and the next one.</summary>
    public const string Partitions = """
        select scanner.ensure_change_partitions(($1::timestamptz at time zone 'UTC')::date, $2::int)
        """;

    /// <summary>$1 salt, $2 changes beside those of the largest scan, $3 scans, $4 and $5 first and last scan of this turn,
    /// $6 the largest scan, $7 what it changed.</summary>
    public const string Changes = """
        insert into scanner.change_events (id, detected_at, scan_id, target_id, file_id, path, previous_path, type, old_size,
            new_size, old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum, details, acknowledged_at,
            acknowledged_by, acknowledge_reason)
            overriding system value
        select e.n + case when s.id > $6 then $7 else 0 end + 1,
            s.started_at + (s.ended_at - s.started_at) * ((e.n - s.first) / 1000 * 1000 / greatest(s.after - s.first, 1)::double precision),
            s.id, s.target_id, t.base + f.k + 1, pg_temp.path_of(f.k),
            case y.type when 'moved' then 'inbox_%/' || pg_temp.path_of(f.k) end, y.type,
            case when y.type <> 'added' then 1000 + f.k end, case when y.type <> 'deleted' then 1000 + f.k + e.n % 7 end,
            case when y.type <> 'added' then 1500000000000000000 + f.k end,
            case when y.type <> 'deleted' then 1500000000000000000 + f.k + e.n % 7 end,
            1, case when y.type <> 'added' then sha256(int8send(f.k)) end,
            case when y.type <> 'deleted' then sha256(int8send(f.k + e.n % 7)) end,
            case when y.type in ('corrupted', 'tampered')
                then '{"damage": {"bytes": 512, "ranges": [[0, 512]], "truncated": false}}'::jsonb end,
            case when a.is then s.ended_at + interval '3 hours' end, case when a.is then 'ann' end,
            case when a.is then 'restored from backup' end
        from (
            select id, target_id, started_at, ended_at, (id - 1) * $2 / $3 as first, id * $2 / $3 as after
            from scheduler.scans where id between $4 and $5
        ) s
        join seed_targets t on t.id = s.target_id
        cross join lateral generate_series(s.first, s.after - 1) e (n)
        cross join lateral (
            select pg_temp.pick(e.n, $1 + 30, t.files) as k, pg_temp.pick(e.n, $1 + 31, 10000) as r) f
        cross join lateral (
            select case when r < 3800 then 'added' when r < 7000 then 'modified' when r < 8600 then 'deleted'
                when r < 9200 then 'moved' when r < 9850 then 'attributes' when r < 9990 then 'touched'
                when r < 9993 then 'corrupted' when r < 9994 then 'tampered' when r < 9997 then 'restored'
                else 'accepted' end as type) y
        cross join lateral (
            select y.type = 'accepted' or y.type in ('corrupted', 'tampered') and pg_temp.pick(e.n, $1 + 32, 10) < 7 as is) a
        """;

    /// <summary>$1 the largest scan, $2 what it changed, $3 how many changes come before it.</summary>
    public const string LargestScan = """
        insert into scanner.change_events (id, detected_at, scan_id, target_id, file_id, path, type, old_size, new_size,
            old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
            overriding system value
        select $3 + n + 1, s.started_at + (s.ended_at - s.started_at) * (n / 1000 * 1000 / $2::double precision), s.id,
            s.target_id, t.base + n % t.files + 1, pg_temp.path_of(n % t.files), y.type, 1000,
            case y.type when 'modified' then 2000 end, 1, case y.type when 'modified' then 2 end, 1, sha256(int8send(n)),
            case y.type when 'modified' then sha256(int8send(-n)) end
        from scheduler.scans s
        join seed_targets t on t.id = s.target_id
        cross join generate_series(0, $2 - 1) n
        cross join lateral (select case when n % 3 = 0 then 'deleted' else 'modified' end as type) y
        where s.id = $1
        """;

    /// <summary>What is damaged now was found to be, when it came to stand so. $1 the first number that is free.</summary>
    public const string Damage = """
        insert into scanner.change_events (id, detected_at, target_id, file_id, path, type, old_size, new_size, algorithm,
            old_checksum, new_checksum, details)
            overriding system value
        select $1 + row_number() over (order by f.state_since, f.id), f.state_since, f.target_id, f.id, f.path,
            case f.state when 3 then 'corrupted' else 'tampered' end, f.size, f.size, f.algorithm, f.checksum,
            f.observed_checksum, '{"damage": {"bytes": 512, "ranges": [[0, 512]], "truncated": false}}'
        from scanner.files f
        where f.state in (3, 5)
        """;

    public const string Counters = """
        update scheduler.scans s
        set files_added = c.added, files_deleted = c.deleted, files_modified = c.modified, files_moved = c.moved,
            files_corrupted = c.corrupted, files_tampered = c.tampered, files_restored = c.restored
        from (
            select scan_id, count(*) filter (where type = 'added') as added,
                count(*) filter (where type = 'deleted') as deleted, count(*) filter (where type = 'modified') as modified,
                count(*) filter (where type = 'moved') as moved, count(*) filter (where type = 'corrupted') as corrupted,
                count(*) filter (where type = 'tampered') as tampered, count(*) filter (where type = 'restored') as restored
            from scanner.change_events group by scan_id) c
        where s.id = c.scan_id
        """;

    public const string TargetStates = """
        insert into scanner.target_states (target_id, state, state_since, last_complete_scan, files_present, bytes_present)
        select t.id, case t.id % 8 when 7 then 'offline' else 'online' end, now(),
            (select max(s.id) from scheduler.scans s where s.target_id = t.id and s.status = 'completed'),
            (select count(*) from scanner.files f where f.target_id = t.id and f.state not in (2, 6)),
            (select coalesce(sum(size), 0) from scanner.files f where f.target_id = t.id and f.state not in (2, 6))
        from seed_targets t
        """;

    public const string TargetEvents = """
        insert into scanner.target_events (occurred_at, target_id, scan_id, type)
        select ended_at, target_id, id, 'scan.' || status from scheduler.scans
        where status in ('completed', 'partial', 'failed')
        order by id
        """;

    /// <summary>None of it is news: nobody is told ten years of it when the alert service starts, and it is counted.</summary>
    public const string Cursors = """
        insert into alert.cursors (source, transaction_id, event_id)
        select source, pg_current_xact_id(), 9223372036854775807 from (values ('change_events'), ('target_events')) v (source)
        on conflict (source) do update set transaction_id = excluded.transaction_id, event_id = excluded.event_id;
        insert into scanner.change_tallies (target_id, slot, type, events)
        select target_id, date_bin('15 minutes', detected_at, '2000-01-01Z'), type, count(*)
        from scanner.change_events where detected_at >= now() - interval '400 days'
        group by 1, 2, 3;
        update scanner.change_tally_cursor set transaction_id = pg_current_xact_id(), event_id = 9223372036854775807
        """;

    /// <summary>What comes next gets the next number.</summary>
    public const string Sequences = """
        select setval(pg_get_serial_sequence('scheduler.targets', 'id'), (select max(id) from scheduler.targets)),
            setval(pg_get_serial_sequence('scheduler.scans', 'id'), (select max(id) from scheduler.scans)),
            setval(pg_get_serial_sequence('scanner.files', 'id'), (select max(id) from scanner.files)),
            setval(pg_get_serial_sequence('scanner.change_events', 'id'),
                (select max(id) from scanner.change_events))
        """;

    /// <summary>Name and definition of each index that can be built after the rows are there, in a tenth of the time.</summary>
    public const string Indexes = """
        select format('drop index %s', i.indexrelid::regclass), i.indexrelid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        from pg_index i
        where i.indrelid in ('scanner.change_events'::regclass, 'scanner.files'::regclass) and not i.indisunique
        -- The longest first, so that none is left over when the others are done.
        order by i.indexrelid::regclass::text like '%by_text' desc, i.indrelid, i.indexrelid
        """;

    /// <summary>Statements that count what else there is. $1: tables that are counted already, with their partitions.</summary>
    public const string OtherTables = """
        select format('analyze %s', c.oid::regclass)
        from pg_class c
        where c.relkind in ('r', 'p') and not c.relispartition and not c.oid = any ($1::regclass[])
          and c.relnamespace in (select oid from pg_namespace where nspname in ('scanner', 'scheduler', 'alert', 'gateway'))
        """;
}
