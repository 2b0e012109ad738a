using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Changes;

/// <summary>Reads change events: newest first for people, in commit order for machines.</summary>
internal sealed class ChangeQueries(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Events that one look at a filtered feed passes, whether the filter wants them or not.</summary>
    internal const int EventsALook = 20_000;

    private static readonly string[] AllTypes = [.. Enum.GetValues<ChangeType>().Select(type => type.Name())];

    /// <summary>One row more than the limit, when there is one.</summary>
    /// <param name="after">Null: the first page.</param>
    public async Task<List<ChangeView>> PageAsync(
        ChangeFilter filter, Sorting<ChangeSort> sorting, ChangeKey? after, int limit, CancellationToken cancellation)
    {
        if (filter.FileIds is { } files)
        {
            return await HistoryAsync(files, after, limit + 1, cancellation);
        }

        var bounded = await WithinScanAsync(filter, cancellation);
        var found = new List<ChangeView>();
        foreach (var (since, until) in WindowsOf(bounded, sorting, after))
        {
            var window = bounded with { Since = since, Until = until };
            await using var command = database.CreateCommand(SqlOf(window, sorting));
            BindPage(command, window, after, limit + 1 - found.Count);
            found.AddRange(await command.ReadAllAsync(ReadChange, cancellation));
            if (found.Count > limit)
            {
                break;
            }
        }

        return found;
    }

    // They may be of any year: planned once a connection.
    private async Task<List<ChangeView>> HistoryAsync(
        long[] files, ChangeKey? after, int rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ChangeSql.History)
            .With(files)
            .With(after?.Time ?? DateTimeOffset.MaxValue)
            .With(after?.Id ?? long.MaxValue)
            .With(rows);
        return await command.ReadPreparedAsync(database, ReadChange, cancellation);
    }

    /// <summary>The next stretch of the feed: at most <paramref name="limit"/> changes, and how far it looked.</summary>
    /// <returns>Null: the position is one that this database has not reached yet.</returns>
    public async Task<ChangeStretch?> StretchAsync(
        ChangeFilter filter, ChangePosition after, int limit, CancellationToken cancellation)
    {
        // Unless the filter leaves some out, the page itself is the stretch.
        var length = filter.LeavesOut ? EventsALook : limit;
        await using var look = database.CreateCommand(ChangeSql.Stretch);
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

        // Its times choose the partitions: of ten years, planning is what costs.
        var within = filter with { Since = stretch.Earliest, Until = stretch.Latest!.Value.AddMicroseconds(1) };
        await using var feed = database.CreateCommand(ChangeSql.Feed);
        BindFeed(feed, within, after, end, limit);
        var found = await feed.ReadAllAsync(ReadPlaced, cancellation);
        // A full page may have left something between its last change and the end of the stretch.
        return found.Count == limit
            ? new ChangeStretch([.. found.Select(row => row.Change)], found[^1].Position, IsAtEnd: false)
            : new ChangeStretch([.. found.Select(row => row.Change)], end, isAtEnd);
    }

    internal static string SqlOf(ChangeFilter filter, Sorting<ChangeSort> sorting) => filter switch
    {
        // Of a path and of what was acknowledged there are indexes that a range of a type would hide.
        { IsOfPaths: true } or { Acknowledged: true } =>
            sorting.IsDescending ? ChangeSql.Newest : ChangeSql.Oldest,
        { ScanId: not null } => sorting.IsDescending ? ChangeSql.NewestOfScan : ChangeSql.OldestOfScan,
        { Types: { } types } when Array.TrueForAll(types, IsRare) || filter.TargetId is not null =>
            sorting.IsDescending ? ChangeSql.NewestOfRareTypes : ChangeSql.OldestOfRareTypes,
        { Types: not null } => sorting.IsDescending ? ChangeSql.NewestOfTypes : ChangeSql.OldestOfTypes,
        _ => sorting.IsDescending ? ChangeSql.Newest : ChangeSql.Oldest,
    };

    // What needs damage, or a person, to come about.
    private static bool IsRare(ChangeType type) =>
        type is ChangeType.Corrupted or ChangeType.Tampered or ChangeType.Restored or ChangeType.Accepted;

    internal static void BindPage(NpgsqlCommand command, ChangeFilter filter, ChangeKey? after, int rows) =>
        Bind(command, filter)
            .With(rows)
            .With(after?.Time)
            .With(after?.Id ?? 0)
            .With(filter.Types is null ? AllTypes : Names(filter.Types));

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

    internal static NpgsqlCommand Bind(NpgsqlCommand command, ChangeFilter filter) => command
        .With(filter.TargetId)
        .With(filter.ScanId)
        .With(filter.FileIds)
        .With(filter.Types is { } types ? Names(types) : null)
        .With(filter.Path)
        .With(filter.Since?.ToUniversalTime())
        .With(filter.Until?.ToUniversalTime())
        .With(filter.Acknowledged)
        .With(filter.Pattern)
        .With(filter.Glob)
        .With(filter.MinSize)
        .With(filter.MaxSize);

    private static string[] Names(ChangeType[] types) => [.. types.Select(type => type.Name())];

    private IEnumerable<(DateTimeOffset? Since, DateTimeOffset? Until)> WindowsOf(
        ChangeFilter filter, Sorting<ChangeSort> sorting, ChangeKey? after)
    {
        // Those of a scan are bounded already.
        if (filter is { ScanId: not null, Since: not null, Until: not null })
        {
            return [(filter.Since, filter.Until)];
        }

        return sorting.IsDescending
            ? ChangeWindows.Back(filter.Since, Earlier(filter.Until, after?.Time.AddMicroseconds(1)), clock.GetUtcNow())
            : ChangeWindows.On(Later(filter.Since, after?.Time), filter.Until);
    }

    /// <summary>What one scan found is of its target and lies within its time: that spares a look at each year there is.</summary>
    public async Task<ChangeFilter> WithinScanAsync(ChangeFilter filter, CancellationToken cancellation)
    {
        if (filter.ScanId is not { } scan)
        {
            return filter;
        }

        await using var command = database.CreateCommand(ChangeSql.Scan).With(scan);
        var known = await command.ReadOneAsync(
            row => new ScanBounds(row.GetInt32(0), row.TimeOrNull(1), row.TimeOrNull(2)), cancellation);
        return known is null ? filter : filter with
        {
            // It says nothing more where it is the scan's own, and an index of targets would be a detour.
            TargetId = filter.TargetId == known.TargetId ? null : filter.TargetId,
            Since = Later(filter.Since, known.Since),
            Until = Earlier(filter.Until, known.Until),
        };
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other ?? one : one;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other > one ? other ?? one : one;

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

    internal static ChangeView ReadChange(NpgsqlDataReader row)
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

    private sealed record ScanBounds(int TargetId, DateTimeOffset? Since, DateTimeOffset? Until);

    private sealed record PlacedChange(ChangeView Change, ChangePosition Position);

    /// <param name="Horizon">Every transaction below it has ended.</param>
    /// <param name="Soonest">The next transaction that begins is this one or later.</param>
    private sealed record Stretch(
        ChangePosition Horizon, ulong Soonest, long Events, DateTimeOffset? Earliest, DateTimeOffset? Latest,
        ChangePosition? Last);
}
