namespace Fixity.Query.Targets;

/// <summary>The statements behind the list of targets. They are few: the page is chosen first, and looked into then.</summary>
/// <remarks>$1 targets, $2 types, $3 states, $4 enabled, $5 ILIKE pattern over the name, $6 what is sorted by, $7 and $8 the place
/// of the page before, $9 rows.</remarks>
internal static class TargetSql
{
    /// <summary>By the value and then by name without case, which the unique index on it makes a key.</summary>
    public const string Page = $"""
        {Columns}
        from (
            {Chosen} and ({Value}, lower(t.name)) > ($7, $8)
            order by {Value}, lower(t.name)
            limit $9
        ) t
        {Known}
        order by t.sort_value, t.sort_name
        """;

    public const string PageDescending = $"""
        {Columns}
        from (
            {Chosen} and ({Value}, lower(t.name)) < ($7, $8)
            order by {Value} desc, lower(t.name) desc
            limit $9
        ) t
        {Known}
        order by t.sort_value desc, t.sort_name desc
        """;

    // What was not counted yet comes before nothing.
    private const string Value = """
        (case $6::text
            when 'createdAt' then (extract(epoch from t.created_at) * 1000000)::bigint
            when 'filesPresent' then coalesce(ts.files_present - ts.files_waiting, -1)
            when 'bytesPresent' then coalesce(ts.bytes_present - ts.bytes_waiting, -1)
            else 0::bigint
        end)
        """;

    private const string Chosen = $"""
        select t.*, lower(t.name) as sort_name, {Value} as sort_value
        from scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id
        where t.deleted_at is null and ($1::int[] is null or t.id = any($1))
          and ($2::text[] is null or t.type = any($2))
          and ($3::text[] is null or coalesce(ts.state, 'unknown') = any($3))
          and ($4::boolean is null or t.enabled = $4)
          and ($5::text is null or t.name ilike $5)
        """;

    private const string Columns = """
        select t.id, t.name, t.type, t.root, t.enabled, t.schedule, t.time_zone, t.checksum_algorithm, t.workers,
               t.sample_percent, t.verify_within_days, t.batch_size, t.large_change_count, t.large_change_percent,
               t.large_change_bytes, t.created_at, t.updated_at, coalesce(ts.state, 'unknown'), ts.state_since,
               ts.state_reason, known.listed, ts.files_present - ts.files_waiting,
               ts.bytes_present - ts.bytes_waiting, files.corrupted, files.unreadable,
               ranges.count, oldest.verified_at, active.id, ended.id, complete.ended_at, t.sort_name, due.next_fire_time,
               t.options, files.tampered, t.connection, c.target_id is not null, c.reference, c.who, c.updated_at,
               c.updated_by, t.missed_runs, t.schedule_paused, t.jitter_seconds, t.blackouts,
               case when t.blackout_from <= now() and t.blackout_until > now() then t.blackout_until end, t.retention_days,
               ts.mtime_granularity_ns, t.sort_value
        """;

    private const string Known = """
        left join scanner.target_states ts on ts.target_id = t.id
        left join scheduler.target_credentials c on c.target_id = t.id
        left join scheduler.scans complete on complete.id = ts.last_complete_scan
        -- Scheduler and group as the scheduler service names them. Without the target's own word a trigger counts for
        -- nothing: it may wait to be taken away.
        left join scheduler.qrtz_triggers due
               on due.sched_name = 'fixity' and due.trigger_group = 'targets' and due.trigger_name = t.id::text
               and due.trigger_state in ('WAITING', 'ACQUIRED') and due.next_fire_time > 0
               and t.enabled and t.schedule is not null and not t.schedule_paused
        left join scheduler.scans active
               on active.target_id = t.id and active.status in ('queued', 'running', 'paused')
        left join lateral (
            select s.id from scheduler.scans s
            where s.target_id = t.id and s.ended_at is not null and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 1
        ) ended on true
        cross join lateral (
            -- A scan that failed, was cancelled or lost has not counted the files.
            select exists (
                select from scheduler.scans s
                where s.target_id = t.id and s.status in ('completed', 'partial')
                    and s.reason is distinct from 'scanner_lost') as listed
        ) known
        cross join lateral (
            select count(*) filter (where f.state = 3) as corrupted, count(*) filter (where f.state = 4) as unreadable,
                   count(*) filter (where f.state = 5) as tampered
            from scanner.files f
            where f.target_id = t.id and f.state in (3, 4, 5)
        ) files
        cross join lateral (
            select count(*)::int as count from scanner.unknown_ranges u where u.target_id = t.id
        ) ranges
        left join lateral (
            select f.verified_at from scanner.files f
            where f.target_id = t.id and f.state <> 2 and f.state <> 6 and f.verified_at is not null
            order by f.verified_at limit 1
        ) oldest on true
        """;
}
