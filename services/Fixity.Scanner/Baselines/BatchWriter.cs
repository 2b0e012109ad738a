using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Commits the batches of one claimed segment, each in one transaction behind the fencing token.</summary>
internal sealed class BatchWriter(
    NpgsqlDataSource database, SegmentLease lease, DatabaseRetry retry, ScanMetrics metrics, ScannerOptions options,
    TimeProvider clock)
    : IScanSink
{
    private readonly SegmentClaim _claim = lease.Claim;
    private long _committed = lease.Claim.Batches;
    private long? _notifiedAt;

    public async Task CommitAsync(ScanBatch batch, CancellationToken cancellation)
    {
        LongPaths.Remove(batch);
        try
        {
            await retry.RunAsync(token => AttemptAsync(batch, token), () => lease.MayBeOurs, cancellation);
        }
        catch (Exception failure) when (DatabaseRetry.IsOutage(failure) && !lease.MayBeOurs)
        {
            throw new LeaseLostException(_claim.ScanId, _claim.Ordinal, failure);
        }

        _committed++;
        metrics.BatchCommitted(batch);
    }

    private async Task<bool> AttemptAsync(ScanBatch batch, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await GuardAsync(connection, cancellation))
        {
            // An attempt before this one did commit, and only its answer was lost.
            return false;
        }

        var effects = new BatchEffects(connection, _claim);
        await effects.ApplyAsync(batch, cancellation);
        await WriteProgressAsync(connection, batch, effects, cancellation);
        await WriteSegmentAsync(connection, batch, cancellation);
        var notified = await NotifyAsync(connection, batch, effects.Events, cancellation);
        await transaction.CommitAsync(cancellation);
        _notifiedAt = notified ?? _notifiedAt;
        return true;
    }

    /// <returns>False: this batch is in the database already.</returns>
    private async Task<bool> GuardAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select batches from scheduler.scan_segments
            where scan_id = $1 and ordinal = $2 and fencing_token = $3
            for update
            """, connection);
        command.With(_claim.ScanId).With(_claim.Ordinal).With(_claim.FencingToken);
        return await command.ExecuteScalarAsync(cancellation) switch
        {
            long count when count == _committed => true,
            long count when count == _committed + 1 => false,
            _ => throw new LeaseLostException(_claim.ScanId, _claim.Ordinal),
        };
    }

    private async Task WriteSegmentAsync(
        NpgsqlConnection connection, ScanBatch batch, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update scheduler.scan_segments
            set checkpoint = coalesce($3, checkpoint), batches = batches + 1,
                status = case when $4 then 'completed' else status end,
                lease_until = case when $4 then null else lease_until end,
                lease_owner = case when $4 then null else lease_owner end
            where scan_id = $1 and ordinal = $2 and status = 'running'
            """, connection);
        command.With(_claim.ScanId).With(_claim.Ordinal).With(PathText(batch.Checkpoint)).With(batch.IsLast);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw new LeaseLostException(_claim.ScanId, _claim.Ordinal);
        }
    }

    private async Task WriteProgressAsync(
        NpgsqlConnection connection, ScanBatch batch, BatchEffects effects, CancellationToken cancellation)
    {
        var counters = batch.Counters;
        await using var command = new NpgsqlCommand("""
            update scheduler.scans
            set updated_at = now(), current_path = coalesce($2, current_path),
                files_seen = files_seen + $3, bytes_seen = bytes_seen + $4,
                files_hashed = files_hashed + $5, bytes_hashed = bytes_hashed + $6,
                files_added = files_added + $7, files_deleted = files_deleted + $8,
                files_modified = files_modified + $9, files_corrupted = files_corrupted + $10,
                files_restored = files_restored + $11, files_verified = files_verified + $12,
                files_unreadable = files_unreadable + $13, files_unstable = files_unstable + $14,
                files_skipped = files_skipped + $15, files_unknown = files_unknown + $16,
                errors_count = errors_count + $17
            where id = $1
            """, connection);
        command.With(_claim.ScanId).With(PathText(batch.CurrentPath))
            .With(counters.FilesSeen).With(counters.BytesSeen).With(counters.FilesHashed).With(counters.BytesHashed)
            .With((long)effects.Appearances).With((long)batch.Disappeared.Count)
            .With(effects.Modified).With(effects.Corrupted).With(effects.Restored).With(counters.FilesVerified)
            .With((long)batch.Unreadable.Count).With(counters.FilesUnstable).With(counters.FilesSkipped)
            .With(counters.FilesUnknown).With(effects.Errors);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>When watchers were told; null: they were told a moment ago.</returns>
    private async Task<long?> NotifyAsync(
        NpgsqlConnection connection, ScanBatch batch, long events, CancellationToken cancellation)
    {
        var isDue = batch.IsLast || _notifiedAt is not { } at || clock.GetElapsedTime(at) >= options.NotifyInterval;
        if (!isDue && events == 0)
        {
            return null;
        }

        await using var command = new NpgsqlCommand("""
            select
                case when $4 then pg_notify('fixity_progress', json_build_object(
                    'kind', 'scan', 'scanId', $1, 'targetId', $2)::text)::text end,
                case when $3 > 0 then pg_notify('fixity_progress', json_build_object(
                    'kind', 'change', 'scanId', $1, 'targetId', $2, 'count', $3)::text)::text end,
                case when $3 > 0 then pg_notify('fixity_events', '')::text end
            """, connection);
        command.With(_claim.ScanId).With(_claim.Target.Id).With(events).With(isDue);
        await command.ExecuteNonQueryAsync(cancellation);
        return isDue ? clock.GetTimestamp() : null;
    }

    // The root itself is no path of a file: nothing is passed yet.
    private static string? PathText(FilePath? path) => path is { IsRoot: false } some ? some.ToString() : null;
}
