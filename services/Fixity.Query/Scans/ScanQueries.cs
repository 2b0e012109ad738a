using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Npgsql;

namespace Fixity.Query.Scans;

/// <summary>Reads scans, newest first, with what went wrong in each.</summary>
internal sealed class ScanQueries(NpgsqlDataSource database, QueueForecast forecast)
{
    private const string ManySql = $"""
        select {ScanSql.Columns}
        from scheduler.scans s
        join scheduler.targets t on t.id = s.target_id
        where s.id = any($1)
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<ScanView>> PageAsync(
        ScanFilter filter, Sorting<ScanOrder> sorting, ScanKey after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(SqlOf(sorting));
        Bind(command, filter, sorting, after, limit);
        return await command.ReadAllAsync(ReadScan, cancellation);
    }

    internal static string SqlOf(Sorting<ScanOrder> sorting) => (sorting.By, sorting.IsDescending) switch
    {
        (ScanOrder.RequestedAt, false) => ScanSql.ByRequest,
        (ScanOrder.RequestedAt, true) => ScanSql.ByRequestDescending,
        (ScanOrder.StartedAt, false) => ScanSql.ByStart,
        (ScanOrder.StartedAt, true) => ScanSql.ByStartDescending,
        (_, false) => ScanSql.ByDuration,
        (_, true) => ScanSql.ByDurationDescending,
    };

    internal static void Bind(
        NpgsqlCommand command, ScanFilter filter, Sorting<ScanOrder> sorting, ScanKey after, int limit)
    {
        command
            .With(filter.TargetId)
            .With(filter.Statuses?.Select(Words<ScanStatus>.Write).ToArray())
            .With(filter.Since?.ToUniversalTime())
            .With(filter.Until?.ToUniversalTime())
            .With(limit + 1);
        if (sorting.By is ScanOrder.Duration)
        {
            command.With(new TimeSpan(Math.Clamp(after.Value, -ScanKey.Longest, ScanKey.Longest) * TimeSpan.TicksPerMicrosecond));
        }
        else
        {
            command.With(UnixMicroseconds.ToTime(after.Value));
        }

        command.With(after.Id);
    }

    /// <summary>Those of the scans that exist, in no order.</summary>
    public async Task<List<ScanView>> ManyAsync(long[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(ManySql).With(ids);
        return await command.ReadPreparedAsync(database, ReadScan, cancellation);
    }

    /// <summary>The scan with its segments and the standing of its storage, or null.</summary>
    public async Task<ScanView?> FindAsync(long id, CancellationToken cancellation)
    {
        if (await ManyAsync([id], cancellation) is not [var scan])
        {
            return null;
        }

        await using var command = database.CreateCommand("""
            select ordinal, status, lease_owner, checkpoint, attempt
            from scheduler.scan_segments
            where scan_id = $1
            order by ordinal
            """).With(id);
        var shown = scan with
        {
            Segments = await command.ReadAllAsync(ReadSegment, cancellation),
            Storage = await StorageAsync(scan.TargetId, cancellation),
        };
        return shown.EndedAt is null ? await forecast.CompleteAsync(shown, cancellation) : shown;
    }

    private async Task<StorageStanding> StorageAsync(int targetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select state, state_since, state_reason from scanner.target_states where target_id = $1
            """).With(targetId);
        return await command.ReadOneAsync(ReadStorage, cancellation)
            ?? new StorageStanding(TargetState.Unknown, null, null);
    }

    public async Task<bool> ExistsAsync(long id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select exists (select from scheduler.scans where id = $1)")
            .With(id);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<List<ScanErrorView>> ErrorsAsync(
        long id, ScanErrorFilter filter, long after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ScanSql.Errors)
            .With(id)
            .With(after)
            .With(limit + 1)
            .With(filter.Skipped)
            .With(filter.Kind)
            .With(filter.Path);
        return await command.ReadAllAsync(ReadError, cancellation);
    }

    // Column order is that of Columns.
    private static ScanView ReadScan(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetInt32(1),
        row.GetString(2),
        row.Word<ScanTrigger>(3),
        row.Word<ScanMode>(4),
        row.Word<ScanStatus>(5),
        row.TextOrNull(6),
        row.TextOrNull(7),
        row.Time(8),
        row.TextOrNull(9),
        row.TimeOrNull(10),
        row.TimeOrNull(11),
        row.TimeOrNull(12),
        row.GetBoolean(13),
        row.WordOrNull<ScanControl>(14),
        row.LongOrNull(15),
        row.LongOrNull(16),
        row.TextOrNull(17),
        FilesSeen: row.GetInt64(18),
        BytesSeen: row.GetInt64(19),
        FilesHashed: row.GetInt64(20),
        BytesHashed: row.GetInt64(21),
        FilesAdded: row.GetInt64(22),
        FilesDeleted: row.GetInt64(23),
        FilesModified: row.GetInt64(24),
        FilesMoved: row.GetInt64(25),
        FilesCorrupted: row.GetInt64(26),
        FilesTampered: row.GetInt64(37),
        FilesRestored: row.GetInt64(27),
        FilesVerified: row.GetInt64(28),
        FilesUnreadable: row.GetInt64(29),
        FilesUnstable: row.GetInt64(30),
        FilesSkipped: row.GetInt64(31),
        FilesExcluded: row.GetInt64(38),
        FilesUnknown: row.GetInt64(32),
        ErrorsCount: row.GetInt64(33),
        LargeChange: row.GetBoolean(34),
        LargeChangeReason: row.TextOrNull(35),
        ResumedFrom: row.LongOrNull(36),
        ResumedBy: row.LongOrNull(42),
        NotBefore: row.TimeOrNull(39),
        Attempt: row.GetInt16(40),
        RetryOf: row.LongOrNull(41));

    private static ScanSegmentView ReadSegment(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.Word<ScanStatus>(1), row.TextOrNull(2), row.TextOrNull(3), row.GetInt32(4));

    private static StorageStanding ReadStorage(NpgsqlDataReader row) => new(
        row.Word<TargetState>(0), row.TimeOrNull(1), row.TextOrNull(2));

    private static ScanErrorView ReadError(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.Time(4));
}
