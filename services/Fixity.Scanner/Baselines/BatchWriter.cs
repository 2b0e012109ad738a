using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Commits the batches of one claimed segment, each in one transaction behind the fencing token.</summary>
/// <remarks>
/// A batch without effects is one round trip: statements that are sent together are one transaction by themselves. One
/// with effects is two: the effects, then the progress by what they came to and the commit; a COPY adds two.
/// </remarks>
internal sealed class BatchWriter(
    NpgsqlDataSource database, SegmentLease lease, DatabaseRetry retry, ScanMetrics metrics, ScannerOptions options,
    TimeProvider clock)
    : IScanSink
{
    // Raised by scanner.begin_batch.
    private const string LeaseLost = "FX001";
    private const string CommittedAlready = "FX002";

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

    /// <returns>False: an attempt before this one did commit, and only its answer was lost.</returns>
    private async Task<bool> AttemptAsync(ScanBatch batch, CancellationToken cancellation)
    {
        try
        {
            try
            {
                return await WriteAsync(batch, mayCopy: true, cancellation);
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // A first scan met a row all the same: statement by statement it is passed over, not fatal.
                return await WriteAsync(batch, mayCopy: false, cancellation);
            }
        }
        catch (PostgresException refused) when (refused.SqlState == CommittedAlready)
        {
            return false;
        }
        catch (PostgresException refused) when (refused.SqlState == LeaseLost)
        {
            throw new LeaseLostException(_claim.ScanId, _claim.Ordinal, refused);
        }
    }

    private async Task<bool> WriteAsync(ScanBatch batch, bool mayCopy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var end = new NpgsqlBatch(connection);
        if (batch.Effects == 0)
        {
            end.BatchCommands.Add(Begin());
            await EndAsync(end, batch, effects: null, cancellation);
            return true;
        }

        // Committed by the last of the statements that end it: one round trip less than by itself.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var effects = new BatchEffects(connection, _claim, mayCopy);
        await effects.ApplyAsync(batch, Begin(), cancellation);
        await EndAsync(end, batch, effects, cancellation);
        return true;
    }

    private async Task EndAsync(
        NpgsqlBatch statements, ScanBatch batch, BatchEffects? effects, CancellationToken cancellation)
    {
        statements.BatchCommands.Add(Progress(batch, effects));
        if (effects is { Files: not 0 } or { Bytes: not 0 })
        {
            statements.BatchCommands.Add(Totals(effects));
        }

        statements.BatchCommands.Add(Segment(batch));
        var events = effects?.Events ?? 0;
        var isDue = batch.IsLast || _notifiedAt is not { } at || clock.GetElapsedTime(at) >= options.NotifyInterval;
        if (isDue || events > 0)
        {
            statements.BatchCommands.Add(Notification(events, isDue));
        }

        if (effects is not null)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        }

        await statements.PrepareAsync(cancellation);
        await statements.ExecuteNonQueryAsync(cancellation);
        _notifiedAt = isDue ? clock.GetTimestamp() : _notifiedAt;
    }

    private NpgsqlBatchCommand Begin() => new NpgsqlBatchCommand("select scanner.begin_batch($1, $2, $3, $4)")
        .With(_claim.ScanId).With(_claim.Ordinal).With(_claim.FencingToken).With(_committed);

    private NpgsqlBatchCommand Segment(ScanBatch batch) => new NpgsqlBatchCommand("""
        update scheduler.scan_segments
        set checkpoint = coalesce($3, checkpoint), batches = batches + 1,
            status = case when $4 then 'completed' else status end,
            lease_until = case when $4 then null else lease_until end,
            lease_owner = case when $4 then null else lease_owner end
        where scan_id = $1 and ordinal = $2
        """).With(_claim.ScanId).With(_claim.Ordinal).With(batch.Checkpoint.AsText()).With(batch.IsLast);

    private NpgsqlBatchCommand Totals(BatchEffects effects) => new NpgsqlBatchCommand("""
        update scanner.target_states
        set files_present = files_present + $2, bytes_present = bytes_present + $3
        where target_id = $1
        """).With(_claim.Target.Id).With(effects.Files).With(effects.Bytes);

    private NpgsqlBatchCommand Progress(ScanBatch batch, BatchEffects? effects)
    {
        var counters = batch.Counters;
        return new NpgsqlBatchCommand("""
            update scheduler.scans
            set updated_at = now(), current_path = coalesce($2, current_path),
                files_seen = files_seen + $3, bytes_seen = bytes_seen + $4,
                files_hashed = files_hashed + $5, bytes_hashed = bytes_hashed + $6,
                files_added = files_added + $7, files_deleted = files_deleted + $8,
                files_modified = files_modified + $9, files_corrupted = files_corrupted + $10,
                files_tampered = files_tampered + $11, files_restored = files_restored + $12,
                files_verified = files_verified + $13, files_unreadable = files_unreadable + $14,
                files_unstable = files_unstable + $15, files_skipped = files_skipped + $16,
                files_unknown = files_unknown + $17, files_excluded = files_excluded + $18,
                errors_count = errors_count + $19
            where id = $1
            """)
            .With(_claim.ScanId).With(batch.CurrentPath.AsText())
            .With(counters.FilesSeen).With(counters.BytesSeen).With(counters.FilesHashed).With(counters.BytesHashed)
            .With(effects?.Appearances ?? 0).With(effects?.Disappearances ?? 0)
            .With(effects?.Modified ?? 0).With(effects?.Corrupted ?? 0).With(effects?.Tampered ?? 0)
            .With(effects?.Restored ?? 0).With(counters.FilesVerified)
            .With(batch.Unreadable.Count + counters.FilesBackedOff).With(counters.FilesUnstable)
            .With(counters.FilesSkipped).With(counters.FilesUnknown).With(counters.FilesExcluded)
            .With(effects?.Errors ?? 0);
    }

    private NpgsqlBatchCommand Notification(long events, bool isDue) => new NpgsqlBatchCommand("""
        select
            case when $4 then pg_notify('fixity_progress', json_build_object(
                'kind', 'scan', 'scanId', $1, 'targetId', $2)::text)::text end,
            case when $3 > 0 then pg_notify('fixity_progress', json_build_object(
                'kind', 'change', 'scanId', $1, 'targetId', $2, 'count', $3)::text)::text end,
            case when $3 > 0 then pg_notify('fixity_events', '')::text end
        """).With(_claim.ScanId).With(_claim.Target.Id).With(events).With(isDue);
}

internal static class CheckpointText
{
    /// <summary>As it is stored. The root itself is no path of a file: nothing is passed yet.</summary>
    public static string? AsText(this Core.FilePath? path) => path is { IsRoot: false } some ? some.ToString() : null;
}
