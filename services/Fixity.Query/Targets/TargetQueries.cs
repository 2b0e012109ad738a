using Fixity.Core;
using Fixity.Core.Schedules;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Fixity.Query.Scans;
using Npgsql;

namespace Fixity.Query.Targets;

/// <summary>Reads targets with what is known of them as a whole.</summary>
internal sealed class TargetQueries(NpgsqlDataSource database, ScanQueries scans)
{
    private static readonly Sorting<TargetOrder> ByName = new(TargetOrder.Name, IsDescending: false);

    /// <summary>One row more than the limit, when there is one.</summary>
    /// <param name="only">Those alone; null: all.</param>
    public Task<List<TargetRow>> PageAsync(
        int[]? only, TargetFilter filter, Sorting<TargetOrder> sorting, TargetKey after, int limit,
        CancellationToken cancellation) =>
        ReadAsync(only, filter, sorting, after, limit + 1, cancellation);

    public async Task<TargetView?> FindAsync(int id, CancellationToken cancellation) =>
        await ReadAsync([id], new TargetFilter(), ByName, TargetKey.Before(ByName), 1, cancellation) is [var found]
            ? found.View
            : null;

    /// <summary>The state alone, for those of the targets that exist.</summary>
    public async Task<List<(int TargetId, TargetState State)>> StatesAsync(int[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select target_id, state from scanner.target_states where target_id = any($1)
            """).With(ids);
        return await command.ReadAllAsync(row => (row.GetInt32(0), row.Word<TargetState>(1)), cancellation);
    }

    private async Task<List<TargetRow>> ReadAsync(
        int[]? only, TargetFilter filter, Sorting<TargetOrder> sorting, TargetKey after, int rows,
        CancellationToken cancellation)
    {
        var page = sorting.IsDescending ? new NpgsqlCommand(TargetSql.PageDescending) : new NpgsqlCommand(TargetSql.Page);
        await using var command = page
            .With(only)
            .With(filter.Types?.Select(Words<TargetType>.Write).ToArray())
            .With(filter.States?.Select(Words<TargetState>.Write).ToArray())
            .With(filter.Enabled)
            .With(filter.Pattern)
            .With(MemberNames<TargetOrder>.Of(sorting.By))
            .With(after.Value)
            .With(after.Name)
            .With(rows);
        var found = await command.ReadPreparedAsync(database, ReadTarget, cancellation);
        long[] scanIds = [.. found.SelectMany(row => new[] { row.ActiveScanId, row.LastScanId }).OfType<long>()];
        var byId = (await scans.ManyAsync(scanIds, cancellation)).ToDictionary(scan => scan.Id);
        var guarantees = await GuaranteesAsync([.. found.Select(row => row.View.Id)], cancellation);
        return found.ConvertAll(row => row with
        {
            View = row.View with
            {
                ActiveScan = ScanOf(row.ActiveScanId),
                LastScan = ScanOf(row.LastScanId),
                Guarantee = guarantees.GetValueOrDefault(row.View.Id),
            },
        });

        ScanView? ScanOf(long? scanId) => scanId is { } known ? byId.GetValueOrDefault(known) : null;
    }

    private async Task<Dictionary<int, GuaranteeView>> GuaranteesAsync(int[] ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select target_id, evaluated_at, oldest_verified_at, files_overdue, needed_bytes_per_day,
                measured_bytes_per_day, can_be_met, obstacle, breached_since
            from scheduler.verification_guarantees where target_id = any($1)
            """).With(ids);
        var read = await command.ReadPreparedAsync(database, ReadGuarantee, cancellation);
        return read.ToDictionary(found => found.TargetId, found => found.View);
    }

    private static TargetRow ReadTarget(NpgsqlDataReader row)
    {
        var listed = row.GetBoolean(20);
        return new TargetRow(
            row.GetString(30),
            row.LongOrNull(27),
            row.LongOrNull(28),
            row.GetInt64(47),
            new TargetView(
                row.GetInt32(0),
                row.GetString(1),
                row.Word<TargetType>(2),
                row.GetString(3),
                row.GetBoolean(4),
                row.TextOrNull(5),
                row.GetString(6),
                ScheduleWords.Describe(row.TextOrNull(5)),
                row.Word<MissedRuns>(40),
                row.GetBoolean(41),
                row.GetInt32(42) / 60,
                BlackoutsColumn.Read(row.GetString(43)),
                row.TimeOrNull(44),
                row.IntOrNull(45),
                (ChecksumAlgorithm)row.GetInt16(7),
                row.IntOrNull(8),
                row.GetDouble(9),
                row.GetInt32(10),
                row.GetInt32(11),
                row.LongOrNull(12),
                row.DoubleOrNull(13),
                row.LongOrNull(14),
                TargetOptionsColumn.Read(row.GetString(32)),
                TargetConnectionColumn.Read(row.GetString(34)),
                row.GetBoolean(35) ? ReadCredentials(row) : TargetCredentials.None,
                row.Time(15),
                row.Time(16),
                // Quartz keeps .NET ticks.
                row.LongOrNull(31) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
                row.Word<TargetState>(17),
                row.TimeOrNull(18),
                row.TextOrNull(19),
                FilesPresent: listed ? row.LongOrNull(21) : null,
                BytesPresent: listed ? row.LongOrNull(22) : null,
                FilesCorrupted: row.CountOrUnknown(23, listed),
                FilesTampered: row.CountOrUnknown(33, listed),
                FilesUnreadable: row.CountOrUnknown(24, listed),
                row.GetInt32(25),
                row.TimeOrNull(26),
                ActiveScan: null,
                LastScan: null,
                row.TimeOrNull(29),
                Guarantee: null,
                row.LongOrNull(46)));
    }

    private static (int TargetId, GuaranteeView View) ReadGuarantee(NpgsqlDataReader row) => (
        row.GetInt32(0),
        new GuaranteeView(
            row.Time(1),
            row.TimeOrNull(2),
            row.GetInt64(3),
            row.DoubleOrNull(4),
            row.DoubleOrNull(5),
            row.IsDBNull(6) ? null : row.GetBoolean(6),
            GuaranteeObstacles.Read(row.TextOrNull(7)),
            row.TimeOrNull(8)));

    private static TargetCredentials ReadCredentials(NpgsqlDataReader row) => new(
        row.IsDBNull(36) ? CredentialsSource.Stored : CredentialsSource.Reference,
        row.TextOrNull(36), row.TextOrNull(37), row.Time(38), row.TextOrNull(39));
}

/// <summary>A target as it was read, with the key of its place in the list.</summary>
internal sealed record TargetRow(
    string SortName, long? ActiveScanId, long? LastScanId, long SortValue, TargetView View);
