namespace Fixity.Query.Changes;

/// <summary>The statements behind the list and the feed of changes.</summary>
/// <remarks>
/// <para>A filter that is null vanishes while planning, since Npgsql sends values before the plan is made (statements are
/// not prepared): each combination gets the index that fits it.</para>
/// <para>$1 target, $2 scan, $3 files, $4 types, $5 path, $6 since, $7 until, $8 acknowledged, $9 ILIKE pattern, $10 regular
/// expression, $11 and $12 sizes; of the lists also $13 rows, and $14 and $15 the place of the page before.</para>
/// </remarks>
internal static class ChangeSql
{
    /// <summary>In the order in which they were found, or by the index of their paths, whichever is the shorter way.</summary>
    public const string Newest = $"""
        select {Columns}
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where {Chosen} and {Before}
        order by c.detected_at desc, c.id desc
        limit $13
        """;

    public const string Oldest = $"""
        select {Columns}
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where {Chosen} and {After}
        order by c.detected_at, c.id
        limit $13
        """;

    /// <summary>Of types: each type of each target is a range of an index, in order; their first rows make the page. $16 all
    /// types that are meant.</summary>
    public const string NewestOfTypes = $"""
        {OfTypes} and {Before}
            order by c.detected_at desc, c.id desc
            limit $13
        ) c
        order by c.detected_at desc, c.id desc
        limit $13
        """;

    public const string OldestOfTypes = $"""
        {OfTypes} and {After}
            order by c.detected_at, c.id
            limit $13
        ) c
        order by c.detected_at, c.id
        limit $13
        """;

    /// <summary>Of types that there are few of: all of them at once. Told which they are, the planner knows how few.</summary>
    public const string NewestOfRareTypes = $"""
        {OfRareTypes} and {Before}
            order by c.detected_at desc, c.id desc
            limit $13
        ) c
        order by c.detected_at desc, c.id desc
        limit $13
        """;

    public const string OldestOfRareTypes = $"""
        {OfRareTypes} and {After}
            order by c.detected_at, c.id
            limit $13
        ) c
        order by c.detected_at, c.id
        limit $13
        """;

    /// <summary>Of one scan, whose every type is a range of an index, in order: their first rows make the page, of half a
    /// million changes too.</summary>
    public const string NewestOfScan = $"""
        {OfScan} and {Before}
            order by c.detected_at desc, c.id desc
            limit $13
        ) c
        join scheduler.targets t on t.id = c.target_id
        order by c.detected_at desc, c.id desc
        limit $13
        """;

    public const string OldestOfScan = $"""
        {OfScan} and {After}
            order by c.detected_at, c.id
            limit $13
        ) c
        join scheduler.targets t on t.id = c.target_id
        order by c.detected_at, c.id
        limit $13
        """;

    /// <summary>What happened to one file, which may have had several numbers. $1 these, $2 and $3 the place of the page
    /// before, $4 rows.</summary>
    public const string History = $"""
        select {Columns}
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where c.file_id = any($1) and (c.detected_at, c.id) < ($2, $3)
        order by c.detected_at desc, c.id desc
        limit $4
        """;

    /// <summary>How far the next stretch of the feed goes, in the feed and in time, and where open transactions begin.</summary>
    public const string Stretch = """
        with stretch as materialized (
            select c.transaction_id, c.id, c.detected_at
            from scanner.change_events c
            where (c.transaction_id, c.id) > ($1, $2)
              and c.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
              and ($3::timestamptz is null or c.detected_at >= $3)
              and ($4::timestamptz is null or c.detected_at < $4)
            order by c.transaction_id, c.id
            limit $5
        )
        select pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot()),
               every.events, every.earliest, every.latest, last.transaction_id, last.id
        from (select count(*) as events, min(detected_at) as earliest, max(detected_at) as latest from stretch) every
        left join (
            select transaction_id, id from stretch order by transaction_id desc, id desc limit 1
        ) last on true
        """;

    /// <summary>What a stretch holds. Nothing can be added to it any more, so that it needs no snapshot in common.</summary>
    public const string Feed = $"""
        select {Columns}
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where {Chosen}
          and (c.transaction_id, c.id) > ($13, $14)
          and (c.transaction_id, c.id) <= ($15, $16)
        order by c.transaction_id, c.id
        limit $17
        """;

    /// <summary>Of what target a scan is, and when it can have found anything: a day on either side is for clocks that were set meanwhile.</summary>
    public const string Scan = """
        select target_id, requested_at - interval '1 day', ended_at + interval '1 day' from scheduler.scans where id = $1
        """;

    public const string Columns = """
        c.id, c.detected_at, c.scan_id, c.target_id, t.name, c.file_id, c.path, c.previous_path, c.type,
               c.algorithm, c.old_checksum, c.new_checksum, c.old_size, c.new_size, c.old_mtime_ns, c.new_mtime_ns,
               c.acknowledged_at, c.acknowledged_by, c.acknowledge_reason, c.details, c.transaction_id
        """;

    private const string Before = "($14::timestamptz is null or (c.detected_at, c.id) < ($14, $15))";

    private const string After = "($14::timestamptz is null or (c.detected_at, c.id) > ($14, $15))";

    // Ranges instead of a comparison of prefixes, and conditions instead of a comparison of truths: indexes know these.
    private const string Narrowed = """
        ($3::bigint[] is null or c.file_id = any($3))
          and ($5::text is null
               or c.path = $5 or (c.path >= $5 || '/' and c.path < $5 || '0')
               or c.previous_path = $5 or (c.previous_path >= $5 || '/' and c.previous_path < $5 || '0'))
          and ($6::timestamptz is null or c.detected_at >= $6)
          and ($7::timestamptz is null or c.detected_at < $7)
          and ($8::boolean is null
               or ($8 and c.acknowledged_at is not null) or (not $8 and c.acknowledged_at is null))
          and ($9::text is null or c.path ilike $9)
          and ($10::text is null or c.path ~ $10)
          and ($11::bigint is null or coalesce(c.new_size, c.old_size) >= $11)
          and ($12::bigint is null or coalesce(c.new_size, c.old_size) <= $12)
        """;

    public const string Chosen = $"""
        ($1::int is null or c.target_id = $1)
          and ($2::bigint is null or c.scan_id = $2)
          and ($4::text[] is null or c.type = any($4))
          and {Narrowed}
        """;

    private const string OfTypes = $"""
        select {Columns}
        from scheduler.targets t
        cross join unnest($16::text[]) as kind (type)
        cross join lateral (
            select c.*
            from scanner.change_events c
            where c.target_id = t.id and c.type = kind.type and ($1::int is null or t.id = $1) and {Narrowed}
        """;

    private const string OfRareTypes = $"""
        select {Columns}
        from scheduler.targets t
        cross join lateral (
            select c.*
            from scanner.change_events c
            where c.target_id = t.id and c.type = any($16) and ($1::int is null or t.id = $1) and {Narrowed}
        """;

    private const string OfScan = $"""
        select {Columns}
        from unnest($16::text[]) as kind (type)
        cross join lateral (
            select c.*
            from scanner.change_events c
            where c.scan_id = $2 and c.type = kind.type and ($1::int is null or c.target_id = $1) and {Narrowed}
        """;
}
