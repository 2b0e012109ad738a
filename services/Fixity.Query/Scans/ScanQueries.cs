using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Npgsql;

namespace Fixity.Query.Scans;

/// <summary>Reads scans, newest first, with what went wrong in each.</summary>
internal sealed class ScanQueries(NpgsqlDataSource database, QueueForecast forecast)
{
    private const string Columns = """
        s.id, s.target_id, t.name, s.trigger, s.mode, s.status, s.reason, s.message, s.requested_at, s.requested_by,
        s.started_at, s.ended_at, s.updated_at, s.is_baseline, s.control, s.files_before, s.bytes_before,
        s.current_path, s.files_seen, s.bytes_seen, s.files_hashed, s.bytes_hashed, s.files_added, s.files_deleted,
        s.files_modified, s.files_moved, s.files_corrupted, s.files_restored, s.files_verified, s.files_unreadable,
        s.files_unstable, s.files_skipped, s.files_unknown, s.errors_count, s.large_change, s.large_change_reason,
        s.resumed_from, s.files_tampered, s.files_excluded, s.not_before, s.attempt, s.retry_of,
        (select r.id from scheduler.scans r where r.resumed_from = s.id)
        """;

    /// <summary>
    /// A filter that is null vanishes while planning, since Npgsql sends values before the plan is made (statements are
    /// not prepared): each combination gets the index that fits it.
    /// </summary>
    internal const string PageSql = $"""
        select {Columns}
        from scheduler.scans s
        join scheduler.targets t on t.id = s.target_id
        where ($1::int is null or s.target_id = $1) and ($2::text[] is null or s.status = any($2)) and s.id < $3
        order by s.id desc
        limit $4
        """;

    private const string ManySql = $"""
        select {Columns}
        from scheduler.scans s
        join scheduler.targets t on t.id = s.target_id
        where s.id = any($1)
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<ScanView>> PageAsync(
        int? targetId, ScanStatus[]? statuses, long before, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql)
            .With(targetId)
            .With(statuses?.Select(Words<ScanStatus>.Write).ToArray())
            .With(before)
            .With(limit + 1);
        return await command.ReadAllAsync(ReadScan, cancellation);
    }

    /// <summary>Those of the scans that exist, in no order.</summary>
    public async Task<List<ScanView>> ManyAsync(long[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var command = database.CreateCommand(ManySql).With(ids);
        return await command.ReadAllAsync(ReadScan, cancellation);
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
        long id, bool? skipped, long after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, path, kind, message, occurred_at
            from scanner.scan_errors
            where scan_id = $1 and id > $2 and ($4::boolean is null or (kind = 'skipped') = $4)
            order by id
            limit $3
            """).With(id).With(after).With(limit + 1).With(skipped);
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
