namespace Fixity.Scanner.Scans;

/// <summary>Which segment a scanner takes next.</summary>
/// <remarks>
/// SKIP LOCKED: scanners polling together each take a different row instead of queueing behind one. <c>$1</c> is the
/// owner, <c>$2</c> the length of the lease.
/// </remarks>
internal static class ClaimSql
{
    // "start" in ASCII: any number will do that nobody else takes.
    public const long StartLock = 0x7374617274;

    /// <summary>A free segment of a scan that runs. One of a scan at a time: it has as many readers as the target asks
    /// for, and others wait for a scanner that has none. A scan that is lost is left to <see cref="LostScans"/>.</summary>
    public const string OfRunning = $"""
        with next as (
            select g.scan_id, g.ordinal, g.status = 'running' as is_takeover
            from scheduler.scan_segments g
            join scheduler.scans s on s.id = g.scan_id
            join scheduler.targets t on t.id = s.target_id
            where g.status in ('queued', 'running', 'paused') and (g.status <> 'running' or g.lease_until < now())
                and s.status = 'running' and s.control is null and t.deleted_at is null
                and not exists (
                    select from scheduler.scan_segments mine
                    where mine.scan_id = g.scan_id and mine.lease_owner = $1 and mine.status = 'running'
                        and mine.lease_until >= now())
                and not {LostScans.IsLost}
            order by s.priority desc, g.scan_id, g.ordinal
            limit 1
            for update of g skip locked
        )
        {Take}
        """;

    /// <summary>The first segment of the first scan in the queue that there is room for.</summary>
    public const string OfWaiting = $"""
        with next as (
            select g.scan_id, g.ordinal, g.status = 'running' as is_takeover
            from scheduler.scan_queue q
            join scheduler.scan_segments g on g.scan_id = q.scan_id
            where q.is_due and q.has_room
                and g.status in ('queued', 'running', 'paused') and (g.status <> 'running' or g.lease_until < now())
            order by q.position, g.ordinal
            limit 1
            for update of g skip locked
        )
        {Take}
        """;

    private const string Take = """
        update scheduler.scan_segments g
        set status = 'running', lease_owner = $1, lease_until = now() + $2, fencing_token = g.fencing_token + 1,
            attempt = g.attempt + 1, split_wanted_at = null
        from next
        where g.scan_id = next.scan_id and g.ordinal = next.ordinal
        returning g.scan_id, g.ordinal, g.fencing_token, g.attempt, g.batches, g.range_from, g.range_to, g.checkpoint,
            next.is_takeover
        """;
}
