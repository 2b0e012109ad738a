using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Ends a scan in one transaction: candidates become events, the totals and the final status are written, and
/// whoever listens is told. Exactly once, whoever calls it how often.</summary>
internal sealed class ScanCloser(NpgsqlDataSource database, ILogger<ScanCloser> logger)
{
    private const string LockSegmentsSql = """
        select g.ordinal, g.status, g.fencing_token, g.status = 'running' and g.lease_until >= now(),
            s.control is not distinct from 'cancel' or t.deleted_at is not null,
            (select count(*) from scheduler.scan_segments a where a.scan_id = g.scan_id), g.batches > 0
        from scheduler.scan_segments g
        join scheduler.scans s on s.id = g.scan_id
        join scheduler.targets t on t.id = s.target_id
        where g.scan_id = $1
        order by g.ordinal
        for update of g
        """;

    private const string LockIdleSegmentsSql = $"{LockSegmentsSql} skip locked";

    /// <summary>Closes the scan if nobody works on it any more and nothing of it is left to do.</summary>
    /// <returns>Whether it was closed by this call.</returns>
    public Task<bool> TryCloseAsync(long scanId, CancellationToken cancellation) =>
        CloseAsync(scanId, LockSegmentsSql, DecideEnd, failure: null, cancellation);

    /// <summary>The same, but leaves a scan alone that somebody else has in hand at this moment.</summary>
    public Task<bool> TryCloseIdleAsync(long scanId, CancellationToken cancellation) =>
        CloseAsync(scanId, LockIdleSegmentsSql, DecideEnd, failure: null, cancellation);

    /// <summary>Fails a scan whose target went away, or was switched off, before anybody began with it.</summary>
    public Task<bool> TryDismissAsync(long scanId, CancellationToken cancellation) => CloseAsync(
        scanId, LockIdleSegmentsSql,
        static segments => segments.Any(s => s.IsLive || s.SawSomething) ? null : ScanStatus.Failed,
        ScanFailure.TargetRemoved, cancellation);

    /// <summary>Ends the whole scan on account of one of its segments: failed, or partial where what was found before
    /// stands all the same. The others lose their leases.</summary>
    /// <returns>False: the segment was not ours any more, or the scan has ended already.</returns>
    public Task<bool> FailAsync(SegmentClaim claim, ScanFailure failure, CancellationToken cancellation) =>
        CloseAsync(
            claim.ScanId, LockSegmentsSql,
            segments => segments.Any(s =>
                s.Ordinal == claim.Ordinal && s.FencingToken == claim.FencingToken && s.Status == ScanStatus.Running)
                ? failure.EndOf(segments.Any(s => s.SawSomething))
                : null,
            failure, cancellation);

    private static ScanStatus? DecideEnd(List<SegmentRow> segments)
    {
        if (segments.Any(s => s.IsLive))
        {
            return null;
        }

        if (segments.Any(s => s.IsCancelWanted && !s.Status.IsFinal() || s.Status == ScanStatus.Cancelled))
        {
            return ScanStatus.Cancelled;
        }

        return segments.All(s => s.Status.IsFinal()) ? ScanStatus.Completed : null;
    }

    private async Task<bool> CloseAsync(
        long scanId, string lockSql, Func<List<SegmentRow>, ScanStatus?> decide, ScanFailure? failure,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Before the transaction: the lock on the events must not last as long as the closing.
        await using (var prepare = new NpgsqlCommand(ScanQueue.PrepareSql, connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellation);
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockSegmentsAsync(connection, scanId, lockSql, cancellation) is not { } segments
            || decide(segments) is not { } status
            || await LockScanAsync(connection, scanId, cancellation) is not { } scan)
        {
            return false;
        }

        // Every segment before looked at what it could; whether something stayed unknown is in the tables.
        status = status == ScanStatus.Completed && scan.HasUnknown ? ScanStatus.Partial : status;
        await EndSegmentsAsync(connection, scanId, status, cancellation);

        // A scan that ended early saw one half of every move: what it missed may be where it did not look.
        var sawAll = failure is null && status is (ScanStatus.Completed or ScanStatus.Partial);
        var totals = await CandidateClosing.ApplyAsync(
            connection, scanId, scan.TargetId, scan.IsBaseline, sawAll, cancellation);
        var large = scan.IsBaseline || !sawAll
            ? null
            : scan.LargeChange.Judge(totals.FilesChanged, totals.BytesChanged, scan.FilesBefore);
        await ScanEnding.WriteAsync(
            connection, new ScanEnd(scanId, scan.TargetId, status, failure, totals, large), cancellation);
        await transaction.CommitAsync(cancellation);
        logger.ScanClosed(scanId, scan.TargetId, status.Name());
        return true;
    }

    /// <returns>Null: not all of them could be locked.</returns>
    private static async Task<List<SegmentRow>?> LockSegmentsAsync(
        NpgsqlConnection connection, long scanId, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var segments = new List<SegmentRow>();
        var count = 0L;
        while (await row.ReadAsync(cancellation))
        {
            segments.Add(ReadSegment(row));
            count = row.GetInt64(5);
        }

        return segments.Count > 0 && segments.Count == count ? segments : null;
    }

    private static async Task<ScanRow?> LockScanAsync(
        NpgsqlConnection connection, long scanId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select s.target_id, s.is_baseline, coalesce(s.files_before, 0),
                t.large_change_count, t.large_change_percent, t.large_change_bytes,
                exists (select from scanner.scan_errors e where e.scan_id = s.id and e.kind = 'directory_unreadable')
                    or exists (
                        select from scanner.unknown_ranges u where u.target_id = s.target_id and u.scan_id = s.id)
            from scheduler.scans s join scheduler.targets t on t.id = s.target_id
            where s.id = $1 and s.status in ('queued', 'running', 'paused')
            for update of s
            """, connection);
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadScan(row) : null;
    }

    private static async Task EndSegmentsAsync(
        NpgsqlConnection connection, long scanId, ScanStatus status, CancellationToken cancellation)
    {
        // The higher token refuses whatever an owner of theirs still has in hand.
        await using var command = new NpgsqlCommand("""
            update scheduler.scan_segments
            set status = $2, lease_until = null, lease_owner = null, fencing_token = fencing_token + 1
            where scan_id = $1 and status in ('queued', 'running', 'paused')
            """, connection);
        command.With(scanId).With(status.Name());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static SegmentRow ReadSegment(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        ScanStatuses.TryParse(row.GetString(1), out var status)
            ? status
            : throw new InvalidDataException($"A segment has the status {row.GetString(1)}."),
        row.GetInt64(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(6));

    private static ScanRow ReadScan(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetBoolean(1), row.GetInt64(2),
        new LargeChangePolicy(
            row.IsDBNull(3) ? null : row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetDouble(4),
            row.IsDBNull(5) ? null : row.GetInt64(5)),
        row.GetBoolean(6));

    private sealed record SegmentRow(
        int Ordinal, ScanStatus Status, long FencingToken, bool IsLive, bool IsCancelWanted, bool SawSomething);

    private sealed record ScanRow(
        int TargetId, bool IsBaseline, long FilesBefore, LargeChangePolicy LargeChange, bool HasUnknown);
}
