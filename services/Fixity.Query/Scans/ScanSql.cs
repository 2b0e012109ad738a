namespace Fixity.Query.Scans;

/// <summary>The statements behind the lists of scans and of what went wrong in one.</summary>
/// <remarks>
/// A filter that is null vanishes while planning, since Npgsql sends values before the plan is made (statements are not
/// prepared): each combination gets the index that fits it. $1 target, $2 statuses, $3 since, $4 until, $5 rows, $6 and $7 the
/// place of the page before.
/// </remarks>
internal static class ScanSql
{
    public const string Columns = """
        s.id, s.target_id, t.name, s.trigger, s.mode, s.status, s.reason, s.message, s.requested_at, s.requested_by,
        s.started_at, s.ended_at, s.updated_at, s.is_baseline, s.control, s.files_before, s.bytes_before,
        s.current_path, s.files_seen, s.bytes_seen, s.files_hashed, s.bytes_hashed, s.files_added, s.files_deleted,
        s.files_modified, s.files_moved, s.files_corrupted, s.files_restored, s.files_verified, s.files_unreadable,
        s.files_unstable, s.files_skipped, s.files_unknown, s.errors_count, s.large_change, s.large_change_reason,
        s.resumed_from, s.files_tampered, s.files_excluded, s.not_before, s.attempt, s.retry_of,
        (select r.id from scheduler.scans r where r.resumed_from = s.id)
        """;

    public const string ByRequest = $"""
        {Chosen} and (s.requested_at, s.id) > ($6, $7)
        order by s.requested_at, s.id
        limit $5
        """;

    public const string ByRequestDescending = $"""
        {Chosen} and (s.requested_at, s.id) < ($6, $7)
        order by s.requested_at desc, s.id desc
        limit $5
        """;

    public const string ByStart = $"""
        {Chosen} and s.started_at is not null and (s.started_at, s.id) > ($6, $7)
        order by s.started_at, s.id
        limit $5
        """;

    public const string ByStartDescending = $"""
        {Chosen} and s.started_at is not null and (s.started_at, s.id) < ($6, $7)
        order by s.started_at desc, s.id desc
        limit $5
        """;

    public const string ByDuration = $"""
        {Chosen} and s.started_at is not null and s.ended_at is not null and ((s.ended_at - s.started_at), s.id) > ($6, $7)
        order by (s.ended_at - s.started_at), s.id
        limit $5
        """;

    public const string ByDurationDescending = $"""
        {Chosen} and s.started_at is not null and s.ended_at is not null and ((s.ended_at - s.started_at), s.id) < ($6, $7)
        order by (s.ended_at - s.started_at) desc, s.id desc
        limit $5
        """;

    /// <summary>$1 scan, $2 the last one of the page before, $3 rows, $4 skipped ones or the others, $5 kind, $6 path.</summary>
    public const string Errors = """
        select id, path, kind, message, occurred_at
        from scanner.scan_errors
        where scan_id = $1 and id > $2
          and ($4::boolean is null or ($4 and kind = 'skipped') or (not $4 and kind <> 'skipped'))
          and ($5::text is null or kind = $5)
          and ($6::text is null or path = $6 or (path >= $6 || '/' and path < $6 || '0'))
        order by id
        limit $3
        """;

    private const string Chosen = $"""
        select {Columns}
        from scheduler.scans s
        join scheduler.targets t on t.id = s.target_id
        where ($1::int is null or s.target_id = $1) and ($2::text[] is null or s.status = any($2))
          and ($3::timestamptz is null or s.requested_at >= $3) and ($4::timestamptz is null or s.requested_at < $4)
        """;
}
