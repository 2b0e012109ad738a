namespace Fixity.Scanner.Rollups;

/// <summary>What brings the sums of one target up to date.</summary>
/// <remarks>Parameter $1: the target; of <see cref="Due"/> it may be null.</remarks>
internal static class RollupSql
{
    // Nothing before a first scan came to an end: half of the files would pass for all of them. A rollup rests ten times
    // as long as it took, however often its target is scanned. What was changed slides out of its thirty days, and
    // retention takes deleted files, without a scan: a day at most.
    public const string Due = """
        select t.id, ended.id, coalesce(r.acts, 0)
        from scheduler.targets t
        join scanner.target_states ts on ts.target_id = t.id
        left join scanner.rollups r on r.target_id = t.id
        left join scanner.folders root on root.target_id = t.id and root.parent = '' and root.name = ''
        cross join lateral (
            select s.id from scheduler.scans s
            where s.target_id = t.id and s.ended_at is not null
            order by s.id desc limit 1
        ) ended
        where ($1::integer is null or t.id = $1)
            and exists (
                select from scheduler.scans s
                where s.target_id = t.id and s.status in ('completed', 'partial')
                    and s.reason is distinct from 'scanner_lost')
            and case
                when r.as_of is null then true
                when now() < r.as_of + 10 * r.took then false
                when ended.id > r.scan_id or r.acts > r.acts_counted then true
                when r.as_of >= now() - interval '1 hour' then false
                when exists (
                    select from scheduler.scans s where s.target_id = t.id and s.status = 'running') then true
                else r.as_of < now() - interval '1 day' and (root.changed > 0 or root.deleted > 0)
                end
        order by r.as_of nulls first, t.id
        """;

    // One core and a bounded memory of the server, beside the scans. What is joined here is large, whatever the planner
    // thinks of what was summed a moment ago.
    public const string Modest = """
        select set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '64MB', true),
            set_config('enable_nestloop', 'off', true)
        """;

    // One pass over the files gives the sums of each folder without those below it, and the hours of verification. Each
    // folder then adds to all above it. What appeared in a scan that broke off counts when a scan has said what it is.
    // Of a move the place counts where the file is now.
    public const string Count = """
        with waiting as materialized (
            select c.file_id
            from scheduler.scans s join scanner.scan_candidates c on c.scan_id = s.id and c.kind = 'appeared'
            where s.target_id = $1 and s.ended_at is not null
        ), seen as (
            select left(f.path, -strpos(reverse(f.path), '/')) as folder, f.state, f.size, f.verified_at,
                f.state not in (2, 6) as is_there,
                coalesce(date_bin('1 hour', f.verified_at, '2000-01-01Z'), '-infinity') as hour
            from scanner.files f
            where f.target_id = $1 and not exists (select from waiting w where w.file_id = f.id)
        ), counted as materialized (
            select folder, hour, state, grouping(folder) = 1 as is_hour,
                count(*) as rows,
                count(*) filter (where is_there) as files,
                coalesce(sum(size) filter (where is_there), 0)::bigint as bytes,
                count(*) filter (where state = 3) as corrupted,
                count(*) filter (where state = 5) as tampered,
                count(*) filter (where state = 4) as unreadable,
                count(*) filter (where is_there and verified_at is null) as never_verified,
                min(verified_at) filter (where is_there) as oldest_verified_at,
                count(*) filter (where state = 2) as deleted,
                count(*) filter (where state = 6) as excluded
            from seen
            group by grouping sets ((folder), (hour, state))
        ), direct as (
            select string_to_array(folder, '/') as names, rows, files, bytes, corrupted, tampered, unreadable,
                never_verified, oldest_verified_at, deleted, excluded, 0::bigint as changed
            from counted where not is_hour
            union all
            select string_to_array(left(c.path, -strpos(reverse(c.path), '/')), '/'), 0, 0, 0, 0, 0, 0, 0, null, 0, 0,
                count(*)
            from scanner.change_events c
            where c.target_id = $1 and c.detected_at >= now() - interval '30 days'
                and c.type not in ('verified', 'accepted')
            group by left(c.path, -strpos(reverse(c.path), '/'))
        ), total as materialized (
            select array_to_string(d.names[1:depth - 1], '/') as parent, coalesce(d.names[depth], '') as name,
                sum(d.files)::bigint as files, sum(d.bytes)::bigint as bytes, sum(d.corrupted)::bigint as corrupted,
                sum(d.tampered)::bigint as tampered, sum(d.unreadable)::bigint as unreadable,
                sum(d.never_verified)::bigint as never_verified, min(d.oldest_verified_at) as oldest_verified_at,
                sum(d.deleted)::bigint as deleted, sum(d.excluded)::bigint as excluded,
                sum(d.changed)::bigint as changed
            from direct d cross join lateral generate_series(0, cardinality(d.names)) as depth
            group by 1, 2
            having sum(d.rows) > 0
        ), written as (
            insert into scanner.folders as f (target_id, parent, name, files, bytes, corrupted, tampered, unreadable,
                never_verified, oldest_verified_at, deleted, excluded, changed)
            select $1, t.*
            from total t
            left join scanner.folders o on o.target_id = $1 and o.parent = t.parent and o.name = t.name
            where o.target_id is null or (o.files, o.bytes, o.corrupted, o.tampered, o.unreadable, o.never_verified,
                    o.oldest_verified_at, o.deleted, o.excluded, o.changed)
                is distinct from (t.files, t.bytes, t.corrupted, t.tampered, t.unreadable, t.never_verified,
                    t.oldest_verified_at, t.deleted, t.excluded, t.changed)
            on conflict (target_id, parent, name) do update
            set files = excluded.files, bytes = excluded.bytes, corrupted = excluded.corrupted,
                tampered = excluded.tampered, unreadable = excluded.unreadable,
                never_verified = excluded.never_verified, oldest_verified_at = excluded.oldest_verified_at,
                deleted = excluded.deleted, excluded = excluded.excluded, changed = excluded.changed
            returning 1
        ), gone as (
            delete from scanner.folders f
            where f.target_id = $1
                and not exists (select from total t where t.parent = f.parent and t.name = f.name)
            returning 1
        ), tallied as (
            insert into scanner.verification_tallies (target_id, hour, state, files, bytes)
            select $1, c.hour, c.state, c.files, c.bytes
            from counted c
            left join scanner.verification_tallies o on o.target_id = $1 and o.hour = c.hour and o.state = c.state
            where c.is_hour and c.files > 0 and (o.files, o.bytes) is distinct from (c.files, c.bytes)
            on conflict (target_id, hour, state) do update set files = excluded.files, bytes = excluded.bytes
        ), untallied as (
            delete from scanner.verification_tallies v
            where v.target_id = $1 and not exists (
                select from counted c where c.is_hour and c.files > 0 and c.hour = v.hour and c.state = v.state)
        )
        select (select count(*) from total), (select count(*) from written) + (select count(*) from gone)
        """;

    // $2: the last of the ended scans that were seen before the counting began, $3: the acts. What ended or was done
    // since makes the target due again, whether it was counted or not.
    public const string Done = """
        with done as (
            insert into scanner.rollups (target_id, as_of, scan_id, took, acts_counted)
            values ($1, now(), $2, clock_timestamp() - now(), $3)
            on conflict (target_id) do update
            set as_of = excluded.as_of, scan_id = excluded.scan_id, took = excluded.took,
                acts_counted = excluded.acts_counted
        )
        select pg_notify('fixity_progress', json_build_object('kind', 'target', 'targetId', $1)::text)::text
        """;

    // Retention has taken the last file of a target that was deleted long ago, and its state with it. No parameter.
    public const string Forget = """
        with past as (
            delete from scanner.rollups r
            where not exists (select from scanner.target_states s where s.target_id = r.target_id)
            returning r.target_id
        ), folders as (
            delete from scanner.folders f using past where f.target_id = past.target_id
        )
        delete from scanner.verification_tallies v using past where v.target_id = past.target_id
        """;
}
