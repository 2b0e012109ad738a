using Fixity.Core;
using Fixity.Query.Exports;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Differences;

/// <summary>Reads what is known of a target's past, and the events between two moments file by file.</summary>
internal static class DifferenceQueries
{
    // A deleted file that was found again as moved was told as deleted by the scan before, and by no other. The few that
    // are damaged are asked for one by one. A row whose path another file moved onto ends there without an event.
    internal const string EventsSql = $"""
        {ReadSnapshot.Declare}
        with told as materialized (
            select e.file_id from scanner.change_events e
            where e.target_id = $1 and e.type = 'deleted' and e.detected_at <= $2
                and e.scan_id = (
                    select s.id from scheduler.scans s
                    where s.target_id = $1 and s.status in ('completed', 'partial') and s.reason is null
                        and s.ended_at <= $2
                    order by s.id desc limit 1)
        ), arrivals as materialized (
            select m.path, m.file_id, m.id from scanner.change_events m
            where m.target_id = $1 and m.type = 'moved' and m.detected_at > $2 and m.detected_at <= $3
                and exists (select from scanner.replaced_files)
        ), taken as materialized (
            select n.file_id, n.id
            from scanner.change_events n
            join scanner.replaced_files r on r.id = n.file_id
            join arrivals m on m.path = n.path and m.id > n.id and m.file_id <> n.file_id
            where n.target_id = $1 and n.detected_at > $2 and n.detected_at <= $3
        )
        select c.file_id, c.type, c.path, c.previous_path, c.old_size, c.new_size, c.old_mtime_ns, c.new_mtime_ns,
            c.algorithm, c.old_checksum, c.new_checksum, c.detected_at,
            c.type in ('corrupted', 'tampered') and coalesce(c.details ? 'knownFrom', false),
            case
                when c.type = 'moved' then c.file_id in (select t.file_id from told t)
                when c.type in ('corrupted', 'tampered') then (
                    select p.type = 'deleted' from scanner.change_events p
                    where p.file_id = c.file_id and p.detected_at <= $2
                        and p.type in ('added', 'deleted', 'modified', 'moved', 'corrupted', 'tampered', 'restored')
                    order by p.id desc limit 1)
            end,
            case
                when c.type in ('corrupted', 'tampered') then (
                    select p.type in ('corrupted', 'tampered') from scanner.change_events p
                    where p.file_id = c.file_id and p.detected_at <= $2
                        and p.type in ('added', 'modified', 'corrupted', 'tampered', 'restored', 'accepted')
                    order by p.id desc limit 1)
            end,
            c.id in (select n.id from taken n)
        from scanner.change_events c
        where c.target_id = $1 and c.detected_at > $2 and c.detected_at <= $3
        order by c.file_id, c.id
        """;

    /// <returns>Since when the target's past is known; null: there is no such target.</returns>
    public static Task<KnownPast?> PastAsync(ReadSnapshot snapshot, int targetId, CancellationToken cancellation) =>
        snapshot.OneAsync(
            new NpgsqlCommand("""
                select t.retention_days, (
                    select min(s.ended_at) from scheduler.scans s
                    where s.target_id = t.id and s.status in ('completed', 'partial') and s.reason is null)
                from scheduler.targets t where t.id = $1
                """).With(targetId),
            static row => new KnownPast(row.IntOrNull(0), row.TimeOrNull(1)),
            cancellation);

    /// <summary>The events between the two moments: of one file after another, each file's in their order.</summary>
    public static async Task<IAsyncEnumerable<FileEvent>> EventsAsync(
        ReadSnapshot snapshot, Comparison comparison, CancellationToken cancellation)
    {
        await snapshot.PreferWholeAsync(cancellation);
        await using var declare = Bind(new NpgsqlCommand(EventsSql), comparison);
        await snapshot.OpenCursorAsync(declare, cancellation);
        return snapshot.RowsAsync(ReadEvent, cancellation);
    }

    internal static NpgsqlCommand Bind(NpgsqlCommand command, Comparison comparison) => command
        .With(comparison.TargetId)
        .With(comparison.From.ToUniversalTime())
        .With(comparison.To.ToUniversalTime());

    private static FileEvent ReadEvent(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.Word<ChangeType>(1),
        row.GetString(2),
        row.TextOrNull(3),
        row.LongOrNull(4),
        row.LongOrNull(5),
        row.LongOrNull(6),
        row.LongOrNull(7),
        row.IsDBNull(8) ? null : (ChecksumAlgorithm)row.GetInt16(8),
        BytesOrNull(row, 9),
        BytesOrNull(row, 10),
        row.Time(11),
        row.GetBoolean(12),
        row.IsDBNull(13) ? null : row.GetBoolean(13),
        row.IsDBNull(14) ? null : row.GetBoolean(14),
        row.GetBoolean(15));

    private static byte[]? BytesOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);
}

/// <param name="RetentionDays">The target's own word; null: the setting holds.</param>
/// <param name="FirstLook">When it was first looked at as a whole; null: never yet.</param>
internal sealed record KnownPast(int? RetentionDays, DateTimeOffset? FirstLook);
