using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Finds out which of the files that disappeared during a scan appeared elsewhere.</summary>
/// <remarks>
/// The same content gone from one path and come at another has moved. The same inode number decides between several
/// candidates of one content, and is the only proof for empty files, which are all alike. Where inode, size and time
/// agree and the content does not, the file rotted and moved: it must not come back as a new one with the rot for its
/// baseline. A damaged file is looked for as it is, not as it should be. A file that moved past the walk is one half of a
/// move to the scan that it passed, and is put together with the other half by the next.
/// </remarks>
internal static class CandidateMatching
{
    // Moved while the scan before was at work: what came to where it had been already was told as deleted by it, what came
    // to where it had yet to go as added, the old name being there still. The same inode, written at the same moment and
    // renamed (ctime) during that scan, under one name alone: a second one of it would have been a link.
    private const string MeanwhileSql = """
        with before as materialized (
            select s.id, (extract(epoch from s.started_at) * 1000000000)::bigint as since,
                (extract(epoch from s.ended_at) * 1000000000)::bigint as until
            from scheduler.scans s
            where s.target_id = $2 and s.id < $1 and s.status in ('completed', 'partial') and s.reason is null
            order by s.id desc limit 1
        ), told as materialized (
            select f.id, f.state, f.size, f.mtime_ns, f.ctime_ns, f.algorithm, f.checksum, f.file_id as inode
            from scanner.change_events e join scanner.files f on f.id = e.file_id
            where e.scan_id = (select id from before)
                and (e.type = 'deleted' and f.state = 2 and f.damaged_as is null or e.type = 'added' and f.state = 1)
                and f.links = 1 and f.file_id is not null and f.checksum is not null
                and not exists (select from scanner.scan_candidates c where c.scan_id = $1 and c.file_id = f.id)
        ), seen as materialized (
            select c.kind, f.id, f.size, f.mtime_ns, f.ctime_ns, f.algorithm, f.checksum, f.file_id as inode
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and f.state = 1 and f.links = 1 and f.file_id is not null and f.checksum is not null
        ), pairs as (
            select case t.state when 2 then t.id else s.id end as gone, case t.state when 2 then s.id else t.id end as come
            from seen s join told t using (size, mtime_ns, algorithm, checksum, inode)
            where s.kind = case t.state when 2 then 'appeared' else 'disappeared' end
                and case t.state when 2 then s.ctime_ns else t.ctime_ns end
                    between (select since from before) and (select until from before)
        ), once as (
            select distinct on (gone) gone, come
            from (select distinct on (come) gone, come from pairs order by come, gone desc) as of_each
            order by gone, come
        )
        insert into scanner.scan_candidates (scan_id, file_id, kind, moved_to)
        select $1, gone, 'disappeared', come from once
        on conflict (scan_id, kind, file_id) do update set moved_to = excluded.moved_to
        """;

    private const string IsFree = """
        not exists (
            select from scanner.scan_candidates m
            where m.scan_id = $1 and m.kind = 'disappeared' and m.moved_to = c.file_id)
        """;

    // What it was last seen to hold: of a damaged one, left out by the patterns or not, that is not its checksum.
    private const string SeenChecksum =
        "case when coalesce(f.damaged_as, f.state) in (3, 5) then f.observed_checksum else f.checksum end";

    // Renaming keeps the time: an empty file of the same inode and another time is a new one in the old one's place.
    private const string ByFileIdSql = $"""
        with gone as (
            select c.file_id as id, f.size, f.algorithm, f.file_id as inode,
                case when f.size = 0 then f.mtime_ns end as since,
                {SeenChecksum} as checksum,
                row_number() over (
                    partition by f.size, f.algorithm, f.file_id, case when f.size = 0 then f.mtime_ns end,
                        {SeenChecksum}
                    order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null
                and f.checksum is not null and f.file_id is not null
        ), come as (
            select c.file_id as id, f.size, f.algorithm, f.file_id as inode,
                case when f.size = 0 then f.mtime_ns end as since, f.checksum,
                row_number() over (
                    partition by f.size, f.algorithm, f.file_id, case when f.size = 0 then f.mtime_ns end, f.checksum
                    order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.state <> 6
                and f.checksum is not null and f.file_id is not null and {IsFree}
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, algorithm, checksum, inode, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id
            and gone.since is not distinct from come.since
        """;

    // One more name of a file that is still there under its old one did not move from anywhere.
    private const string ByContentSql = $"""
        with linked as materialized (
            select distinct p.file_id as inode
            from scanner.files p
            where p.target_id = $2 and p.state not in (2, 6)
                and exists (
                    select from scanner.scan_candidates a join scanner.files f on f.id = a.file_id
                    where a.scan_id = $1 and a.kind = 'appeared' and f.links > 1)
                and p.file_id in (
                    select f.file_id from scanner.scan_candidates a join scanner.files f on f.id = a.file_id
                    where a.scan_id = $1 and a.kind = 'appeared' and f.links > 1)
                and not exists (select from scanner.scan_candidates d where d.scan_id = $1 and d.file_id = p.id)
        ), gone as (
            select c.file_id as id, f.size, f.algorithm,
                {SeenChecksum} as checksum,
                row_number() over (
                    partition by f.size, f.algorithm,
                        {SeenChecksum}
                    order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null
                and f.checksum is not null and f.size > 0
        ), come as (
            select c.file_id as id, f.size, f.algorithm, f.checksum,
                row_number() over (partition by f.size, f.algorithm, f.checksum order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.state <> 6 and f.checksum is not null and f.size > 0
                and not exists (select from linked l where l.inode = f.file_id and f.links > 1)
                and {IsFree}
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, algorithm, checksum, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id
        """;

    // A time that an archive or a copy gave, in whole seconds, may be that of another file in the old one's inode.
    private const string RottenSql = $"""
        with gone as (
            select c.file_id as id, f.size, f.mtime_ns, f.algorithm, f.file_id as inode, f.checksum,
                row_number() over (
                    partition by f.size, f.mtime_ns, f.algorithm, f.file_id order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'disappeared' and c.moved_to is null and f.state <> 2
                and f.checksum is not null and f.file_id is not null and f.mtime_ns % 1000000000 <> 0
        ), come as (
            select c.file_id as id, f.size, f.mtime_ns, f.algorithm, f.file_id as inode, f.checksum,
                row_number() over (
                    partition by f.size, f.mtime_ns, f.algorithm, f.file_id order by f.path) as turn
            from scanner.scan_candidates c join scanner.files f on f.id = c.file_id
            where c.scan_id = $1 and c.kind = 'appeared' and f.state <> 6
                and f.checksum is not null and f.file_id is not null
                and {IsFree}
        )
        update scanner.scan_candidates c set moved_to = come.id
        from gone join come using (size, mtime_ns, algorithm, inode, turn)
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = gone.id and gone.checksum <> come.checksum
        """;

    // A time in whole seconds is proof enough where the file lies below a folder that was renamed, at the same place: one
    // that came along unharmed says so. Scalar subqueries: one look for each folder, however many files it has.
    private const string RottenInRenamedSql = $"""
        with suspects as materialized (
            select p.id, p.to_id, p.first_scan_id,
                array_to_string(p.was[:cardinality(p.was) - tail.names], '/') as renamed,
                array_to_string(p.now[:cardinality(p.now) - tail.names], '/') as name
            from (
                select f.id, c.file_id as to_id, f.first_scan_id,
                    string_to_array(f.path, '/') as was, string_to_array(n.path, '/') as now
                from scanner.scan_candidates d
                join scanner.files f on f.id = d.file_id
                join scanner.files n on n.state <> 6 and n.size = f.size
                    and n.mtime_ns = f.mtime_ns and n.algorithm = f.algorithm and n.file_id = f.file_id
                    and n.checksum <> f.checksum
                join scanner.scan_candidates c on c.scan_id = $1 and c.kind = 'appeared' and c.file_id = n.id
                where d.scan_id = $1 and d.kind = 'disappeared' and d.moved_to is null and f.state <> 2
                    and f.mtime_ns % 1000000000 = 0 and {IsFree}
            ) p
            cross join lateral (
                select max(names) as names
                from generate_series(1, least(cardinality(p.was), cardinality(p.now))) as names
                where p.was[cardinality(p.was) - names + 1:] = p.now[cardinality(p.now) - names + 1:]
            ) tail
            where tail.names is not null
        ), folders as (
            select distinct renamed, name, case when renamed <> '' then renamed || '/' else '' end as was_prefix,
                case when name <> '' then name || '/' else '' end as now_prefix
            from suspects
        ), proven as materialized (
            select renamed, name from folders r
            where (
                select true from scanner.files o
                where o.target_id = $2 and o.size > 0
                    and o.path > r.was_prefix collate "C"
                    and o.path < (case when r.renamed <> '' then r.renamed || '0' else chr(1114111) end) collate "C"
                    and (
                        select n.path = r.now_prefix || substr(o.path, length(r.was_prefix) + 1)
                            and (n.checksum = o.checksum or n.checksum = o.observed_checksum)
                        from scanner.scan_candidates m join scanner.files n on n.id = m.moved_to
                        where m.scan_id = $1 and m.kind = 'disappeared' and m.file_id = o.id)
                limit 1)
        ), pairs as (
            select distinct on (to_id) id, to_id
            from suspects join proven using (renamed, name)
            order by to_id, first_scan_id
        )
        update scanner.scan_candidates c set moved_to = pairs.to_id
        from pairs
        where c.scan_id = $1 and c.kind = 'disappeared' and c.file_id = pairs.id
        """;

    /// <summary>Notes of each that moved what it appeared as.</summary>
    public static async Task ApplyAsync(
        NpgsqlConnection connection, long scanId, int targetId, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 }; // As long as a million candidates take.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(MeanwhileSql).With(scanId).With(targetId));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByFileIdSql).With(scanId));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByContentSql).With(scanId).With(targetId));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RottenSql).With(scanId));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RottenInRenamedSql).With(scanId).With(targetId));
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
