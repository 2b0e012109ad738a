namespace Fixity.Query.Files;

/// <summary>The statements behind the list of files: one for each order, and one for searches.</summary>
/// <remarks>
/// <para>A filter that is null vanishes while planning, since Npgsql sends values before the plan is made (statements are
/// not prepared): each combination gets the index that fits it.</para>
/// <para>$1 target, $2 path, $3 ILIKE pattern, $4 the stored states that can stand as asked for, $5 how they may stand
/// (null: the stored state says it all),
/// $6 regular expression, $7 and $8 sizes, $9 and $10 mtime, $11 and $12 verification, $13 rows; then the place of the page
/// before.</para>
/// </remarks>
internal static class FileSql
{
    // 0 is unknown, else Core.FileState. The table of ranges is tiny: it holds only folders that failed just now.
    public const string Standing = """
        (case
             when f.state in (1, 3, 4, 5) and (ts.state in ('offline', 'denied') or exists (
                 select from scanner.unknown_ranges u
                 where u.target_id = f.target_id and starts_with(f.path, u.prefix)))
             then 0::smallint
             else f.state
         end)
        """;

    public const string Columns = """
        f.id, f.target_id, t.name, f.path, f.size, f.mtime_ns, f.mode, f.algorithm, f.checksum, f.standing,
        f.state_since, f.first_seen_at,
        -- Whatever is not deleted or left out was proved to be there by the last complete scan, or by something later.
        case when f.state not in (2, 6) then greatest(complete.ended_at, f.first_seen_at, f.state_since) end,
        f.verified_at, f.observed_checksum, f.links, f.previous_algorithm, f.previous_checksum, f.retry_after, f.state
        """;

    public const string From = """
        scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id
        left join scheduler.scans complete on complete.id = ts.last_complete_scan
        """;

    /// <summary>Each target's own page, joined until the page is full; path order of the primary key.</summary>
    /// <remarks>
    /// A path is a file or everything below a folder. These are two ranges ('a' and 'a/' up to 'a0'), since 'a-b' and 'a.b'
    /// lie between them.
    /// </remarks>
    public const string ByPath = $"""
        {Head}
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id and f.path = $2 and {Filtered}
               and f.path > case when t.id = $14 then $15 else '' end)
            union all
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id
               and ($2::text is null or (f.path >= $2 || '/' and f.path < $2 || '0'))
               and {Filtered}
               and f.path > case when t.id = $14 then $15 else '' end
             order by f.path
             limit $13)
        {Tail} and t.id >= $14
        order by t.id, f.path
        limit $13
        """;

    /// <summary>The same from the other end. The first page has no place yet: no target has the number that it names.</summary>
    public const string ByPathDescending = $"""
        {Head}
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id and f.path = $2 and {Filtered}
               and f.path < {Following})
            union all
            (select f.*, {Standing} as standing
             from scanner.files f
             where f.target_id = t.id
               and ($2::text is null or (f.path >= $2 || '/' and f.path < $2 || '0'))
               and {Filtered}
               and f.path < {Following}
             order by f.path desc
             limit $13)
        {Tail} and t.id <= $14
        order by t.id desc, f.path desc
        limit $13
        """;

    /// <summary>Text may be anywhere: one look at all targets, by trigrams where the text is rare, in order where not.</summary>
    public const string Search = $"""
        select {Columns}
        from {From}
        join (select f.*, {Standing} as standing
            from scanner.files f
            left join scanner.target_states ts on ts.target_id = f.target_id
            where {Below} and {Filtered} and ($1::int is null or f.target_id = $1)
              and (f.target_id, f.path) > ($14, $15)
        ) f on f.target_id = t.id
        where ($1::int is null and t.deleted_at is null) or t.id = $1
        order by f.target_id, f.path
        limit $13
        """;

    public const string SearchDescending = $"""
        select {Columns}
        from {From}
        join (select f.*, {Standing} as standing
            from scanner.files f
            left join scanner.target_states ts on ts.target_id = f.target_id
            where {Below} and {Filtered} and ($1::int is null or f.target_id = $1)
              and (f.target_id, f.path) < ($14, $15)
        ) f on f.target_id = t.id
        where ($1::int is null and t.deleted_at is null) or t.id = $1
        order by f.target_id desc, f.path desc
        limit $13
        """;

    public const string BySize = $"""
        {Head}
            select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Filtered} and (f.size, f.id) > ($14, $15)
            order by f.size, f.id
            limit $13
        {Tail}
        order by f.size, f.id
        limit $13
        """;

    public const string BySizeDescending = $"""
        {Head}
            select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Filtered} and (f.size, f.id) < ($14, $15)
            order by f.size desc, f.id desc
            limit $13
        {Tail}
        order by f.size desc, f.id desc
        limit $13
        """;

    public const string ByMtime = $"""
        {Head}
            select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Filtered} and (f.mtime_ns, f.id) > ($14, $15)
            order by f.mtime_ns, f.id
            limit $13
        {Tail}
        order by f.mtime_ns, f.id
        limit $13
        """;

    public const string ByMtimeDescending = $"""
        {Head}
            select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Filtered} and (f.mtime_ns, f.id) < ($14, $15)
            order by f.mtime_ns desc, f.id desc
            limit $13
        {Tail}
        order by f.mtime_ns desc, f.id desc
        limit $13
        """;

    /// <summary>Never comes before all times. Deleted files have an index of their own; $16 and $17: whether any of the
    /// others, or of the deleted ones, can be meant.</summary>
    public const string ByVerification = $"""
        {Head}
            ({Verified} $16 and f.state <> 2 and f.verified_at is null and $14::timestamptz is null and f.id > $15
             order by f.verified_at, f.id limit $13)
            union all
            ({VerifiedDeleted} $17 and f.state = 2 and f.verified_at is null and $14::timestamptz is null and f.id > $15
             order by f.verified_at, f.id limit $13)
            union all
            ({Verified} $16 and f.state <> 2 and f.verified_at is not null
                and ($14::timestamptz is null or (f.verified_at, f.id) > ($14, $15))
             order by f.verified_at, f.id limit $13)
            union all
            ({VerifiedDeleted} $17 and f.state = 2 and f.verified_at is not null
                and ($14::timestamptz is null or (f.verified_at, f.id) > ($14, $15))
             order by f.verified_at, f.id limit $13)
        {Tail}
        order by f.verified_at nulls first, f.id
        limit $13
        """;

    public const string ByVerificationDescending = $"""
        {Head}
            ({Verified} $16 and f.state <> 2 and f.verified_at is null
                and ($14::timestamptz is not null or f.id < $15)
             order by f.verified_at desc, f.id desc limit $13)
            union all
            ({VerifiedDeleted} $17 and f.state = 2 and f.verified_at is null
                and ($14::timestamptz is not null or f.id < $15)
             order by f.verified_at desc, f.id desc limit $13)
            union all
            ({Verified} $16 and f.state <> 2 and f.verified_at is not null and (f.verified_at, f.id) < ($14, $15)
             order by f.verified_at desc, f.id desc limit $13)
            union all
            ({VerifiedDeleted} $17 and f.state = 2 and f.verified_at is not null and (f.verified_at, f.id) < ($14, $15)
             order by f.verified_at desc, f.id desc limit $13)
        {Tail}
        order by f.verified_at desc nulls last, f.id desc
        limit $13
        """;

    private const string Head = $"""
        select {Columns}
        from {From}
        cross join lateral (
        """;

    // Only unknown files asked for: most targets have none, and say so without a look at their files.
    private const string Tail = """
        ) f
        where (($1::int is null and t.deleted_at is null) or t.id = $1)
          and ($5::smallint[] is distinct from array[0::smallint] or ts.state in ('offline', 'denied')
               or exists (select from scanner.unknown_ranges u where u.target_id = t.id))
        """;

    // The stored states let the small indexes of states serve, and where they say it all, no guess at how many rows the
    // case would let pass misleads the plan. Whoever asks for damaged
    // files gets those out of reach too: damage does not leave the list with its disk.
    public const string Filtered = $"""
        ($4::smallint[] is null or f.state = any($4)) and {Other}
        """;

    private const string Other = $"""
        ($3::text is null or f.path ilike $3)
        and ($5::smallint[] is null or {Standing} = any($5) or (f.state in (2, 3, 5, 6) and f.state = any($5)))
        and ($6::text is null or f.path ~ $6)
        and ($7::bigint is null or f.size >= $7) and ($8::bigint is null or f.size <= $8)
        and ($9::bigint is null or f.mtime_ns >= $9) and ($10::bigint is null or f.mtime_ns < $10)
        and ($11::timestamptz is null or f.verified_at >= $11) and ($12::timestamptz is null or f.verified_at < $12)
        """;

    // Of the targets that come after it, all: no path is as high as so many of the last of all characters.
    private const string Following = "case when t.id = $14 then $15 else repeat(chr(1114111), 300) end";

    public const string Below = """
        ($2::text is null or f.path = $2 or (f.path >= $2 || '/' and f.path < $2 || '0'))
        """;

    private const string Verified = $"""
        select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Filtered} and
        """;

    // Deleted, and of a state that is deleted: said twice it would seem to be rare.
    private const string VerifiedDeleted = $"""
        select f.*, {Standing} as standing
            from scanner.files f
            where f.target_id = t.id and {Below} and {Other} and
        """;
}
