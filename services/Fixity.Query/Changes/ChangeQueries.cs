using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Changes;

/// <summary>Reads change events: newest first for people, in commit order for machines.</summary>
internal sealed class ChangeQueries(NpgsqlDataSource database)
{
    /// <summary>Events that one look at a filtered feed passes, whether the filter wants them or not.</summary>
    internal const int EventsALook = 20_000;

    /// <summary>A filter that is null vanishes while planning: see <see cref="Scans.ScanQueries.PageSql"/>.</summary>
    internal const string PageSql = Chosen + """

          and c.id < $9
        order by c.id desc
        limit $10
        """;

    /// <summary>How far the next stretch of the feed goes, in the feed and in time, and where open transactions begin.</summary>
    internal const string StretchSql = """
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
    internal const string FeedSql = Chosen + """

          and (c.transaction_id, c.id) > ($9, $10)
          and (c.transaction_id, c.id) <= ($11, $12)
        order by c.transaction_id, c.id
        limit $13
        """;

    private const string Chosen = """
        select c.id, c.detected_at, c.scan_id, c.target_id, t.name, c.file_id, c.path, c.previous_path, c.type,
               c.algorithm, c.old_checksum, c.new_checksum, c.old_size, c.new_size, c.old_mtime_ns, c.new_mtime_ns,
               c.acknowledged_at, c.acknowledged_by, c.acknowledge_reason, c.details, c.transaction_id
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where ($1::int is null or c.target_id = $1)
          and ($2::bigint is null or c.scan_id = $2)
          and ($3::bigint[] is null or c.file_id = any($3))
          and ($4::text[] is null or c.type = any($4))
          and ($5::text is null
               or c.path = $5 or starts_with(c.path, $5 || '/')
               or c.previous_path = $5 or starts_with(c.previous_path, $5 || '/'))
          and ($6::timestamptz is null or c.detected_at >= $6)
          and ($7::timestamptz is null or c.detected_at < $7)
          and ($8::boolean is null or (c.acknowledged_at is not null) = $8)
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<ChangeView>> PageAsync(
        ChangeFilter filter, long before, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        Bind(command, filter, before, limit);
        return await command.ReadAllAsync(ReadChange, cancellation);
    }

    /// <summary>The next stretch of the feed: at most <paramref name="limit"/> changes, and how far it looked.</summary>
    /// <returns>Null: the position is one that this database has not reached yet.</returns>
    public async Task<ChangeStretch?> StretchAsync(
        ChangeFilter filter, ChangePosition after, int limit, CancellationToken cancellation)
    {
        // Unless the filter leaves some out, the page itself is the stretch.
        var length = filter.LeavesOut ? EventsALook : limit;
        await using var look = database.CreateCommand(StretchSql);
        BindStretch(look, filter, after, length);
        var stretch = (await look.ReadOneAsync(ReadStretch, cancellation))!;
        if (after.TransactionId > stretch.Soonest)
        {
            return null;
        }

        var isAtEnd = stretch.Events < length;
        var end = isAtEnd ? stretch.Horizon : stretch.Last!.Value;
        if (stretch.Events == 0)
        {
            return new ChangeStretch([], end.CompareTo(after) > 0 ? end : after, isAtEnd);
        }

        // Its times choose the partitions: of ten years of months, planning is what costs.
        var within = filter with { Since = stretch.Earliest, Until = stretch.Latest!.Value.AddMicroseconds(1) };
        await using var feed = database.CreateCommand(FeedSql);
        BindFeed(feed, within, after, end, limit);
        var found = await feed.ReadAllAsync(ReadPlaced, cancellation);
        // A full page may have left something between its last change and the end of the stretch.
        return found.Count == limit
            ? new ChangeStretch([.. found.Select(row => row.Change)], found[^1].Position, IsAtEnd: false)
            : new ChangeStretch([.. found.Select(row => row.Change)], end, isAtEnd);
    }

    internal static void Bind(NpgsqlCommand command, ChangeFilter filter, long before, int limit) =>
        Bind(command, filter).With(before).With(limit + 1);

    internal static void BindStretch(NpgsqlCommand command, ChangeFilter filter, ChangePosition after, int length) => command
        .WithTransaction(after.TransactionId)
        .With(after.Id)
        .With(filter.Since?.ToUniversalTime())
        .With(filter.Until?.ToUniversalTime())
        .With(length);

    internal static void BindFeed(
        NpgsqlCommand command, ChangeFilter filter, ChangePosition after, ChangePosition end, int limit) =>
        Bind(command, filter)
            .WithTransaction(after.TransactionId)
            .With(after.Id)
            .WithTransaction(end.TransactionId)
            .With(end.Id)
            .With(limit);

    private static NpgsqlCommand Bind(NpgsqlCommand command, ChangeFilter filter) => command
        .With(filter.TargetId)
        .With(filter.ScanId)
        .With(filter.FileIds)
        .With(filter.Types?.Select(type => type.Name()).ToArray())
        .With(filter.Path)
        .With(filter.Since?.ToUniversalTime())
        .With(filter.Until?.ToUniversalTime())
        .With(filter.Acknowledged);

    private static Stretch ReadStretch(NpgsqlDataReader row) => new(
        new ChangePosition(row.GetFieldValue<ulong>(0), 0),
        row.GetFieldValue<ulong>(1),
        row.GetInt64(2),
        row.TimeOrNull(3),
        row.TimeOrNull(4),
        row.IsDBNull(5) ? null : new ChangePosition(row.GetFieldValue<ulong>(5), row.GetInt64(6)));

    private static PlacedChange ReadPlaced(NpgsqlDataReader row)
    {
        var change = ReadChange(row);
        return new PlacedChange(change, new ChangePosition(row.GetFieldValue<ulong>(20), change.Id));
    }

    private static ChangeView ReadChange(NpgsqlDataReader row)
    {
        var type = row.Word<ChangeType>(8);
        var oldMtimeNs = row.LongOrNull(14);
        var newMtimeNs = row.LongOrNull(15);
        return new ChangeView(
            row.GetInt64(0),
            row.Time(1),
            row.LongOrNull(2),
            row.GetInt32(3),
            row.GetString(4),
            row.GetInt64(5),
            row.GetString(6),
            row.TextOrNull(7),
            type,
            type.Severity(),
            row.IsDBNull(9) ? null : (ChecksumAlgorithm)row.GetInt16(9),
            row.HexOrNull(10),
            row.HexOrNull(11),
            row.LongOrNull(12),
            row.LongOrNull(13),
            oldMtimeNs is { } old ? UnixNanoseconds.ToText(old) : null,
            oldMtimeNs?.ToString(CultureInfo.InvariantCulture),
            newMtimeNs is { } now ? UnixNanoseconds.ToText(now) : null,
            newMtimeNs?.ToString(CultureInfo.InvariantCulture),
            row.TextOrNull(19) is { } details ? ChangeDetailsColumn.Read(details) : null,
            row.TimeOrNull(16),
            row.TextOrNull(17),
            row.TextOrNull(18));
    }

    private sealed record PlacedChange(ChangeView Change, ChangePosition Position);

    /// <param name="Horizon">Every transaction below it has ended.</param>
    /// <param name="Soonest">The next transaction that begins is this one or later.</param>
    private sealed record Stretch(
        ChangePosition Horizon, ulong Soonest, long Events, DateTimeOffset? Earliest, DateTimeOffset? Latest,
        ChangePosition? Last);
}
