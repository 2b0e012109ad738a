using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>The segments that wait for a scanner, in <c>scheduler.scan_segments</c>: taking, keeping and giving back.</summary>
/// <remarks>
/// Lease times use the database's clock only, so scanners with wrong clocks cannot steal from each other. Locks are
/// taken in one order everywhere: segments, scan, target.
/// </remarks>
internal sealed class ScanQueue(
    NpgsqlDataSource database, ScannerOwner owner, ScanMetrics metrics, TimeProvider clock)
{
    // The partitions that a scan can need: of this month and of those it may last into.
    public const string PrepareSql = """
        select scanner.ensure_change_partitions((now() at time zone 'UTC')::date, 3)
        """;

    /// <summary>Takes a segment that waits, or whose owner let its lease run out; null: there is none that may begin.</summary>
    public async Task<SegmentClaim?> TryClaimAsync(TimeSpan lease, CancellationToken cancellation)
    {
        var claimedAt = clock.GetTimestamp();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        if (await TakeAsync(connection, lease, cancellation) is not { } taken)
        {
            return null;
        }

        await using (var prepare = new NpgsqlCommand(PrepareSql, connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellation);
        }

        if (await StartAsync(connection, taken, claimedAt, cancellation) is not { } claim)
        {
            return null;
        }

        await transaction.CommitAsync(cancellation);
        metrics.LeasesTakenOver(taken.IsTakeover ? 1 : 0);
        return claim;
    }

    /// <summary>Says that the owner lives.</summary>
    /// <returns>False: the lease is lost.</returns>
    public async Task<bool> RenewAsync(SegmentClaim claim, TimeSpan lease, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scheduler.scan_segments set lease_until = now() + $4
            where scan_id = $1 and ordinal = $2 and fencing_token = $3 and status = 'running'
            """);
        command.With(claim.ScanId).With(claim.Ordinal).With(claim.FencingToken).With(lease);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>What is wanted of the segment, whether the lease is still ours, and who else works on the scan.</summary>
    public async Task<SegmentNews> ReadNewsAsync(SegmentClaim claim, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select s.control, g.split_wanted_at, (
                select count(*)::integer from scheduler.scan_segments a
                where a.scan_id = g.scan_id and a.status = 'running' and a.lease_until >= now())
            from scheduler.scan_segments g join scheduler.scans s on s.id = g.scan_id
            where g.scan_id = $1 and g.ordinal = $2 and g.fencing_token = $3 and g.status = 'running'
            """);
        command.With(claim.ScanId).With(claim.Ordinal).With(claim.FencingToken);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadNews(row) : new SegmentNews(SegmentWish.LeaseLost, null, 0);
    }

    /// <summary>Gives the segment back: to be claimed by anybody at once, paused, or finally cancelled.</summary>
    /// <returns>False: it was not ours any more.</returns>
    public async Task<bool> ReleaseAsync(SegmentClaim claim, ScanStatus status, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var segment = new NpgsqlCommand("""
            update scheduler.scan_segments set status = $4, lease_until = null, lease_owner = null
            where scan_id = $1 and ordinal = $2 and fencing_token = $3 and status = 'running'
            """, connection);
        segment.With(claim.ScanId).With(claim.Ordinal).With(claim.FencingToken).With(status.Name());
        if (await segment.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        // The scan is paused when nobody works on any segment of it.
        await using var scan = new NpgsqlCommand("""
            with paused as (
                update scheduler.scans set status = 'paused', updated_at = now()
                where id = $1 and $2 = 'paused' and status = 'running' and control = 'pause'
                    and not exists (
                        select from scheduler.scan_segments where scan_id = $1 and status = 'running')
                returning id, target_id
            )
            select pg_notify('fixity_scan_queued', $1::text)::text
            union all
            select pg_notify(
                'fixity_progress', json_build_object('kind', 'scan', 'scanId', id, 'targetId', target_id)::text)::text
            from paused
            """, connection);
        scan.With(claim.ScanId).With(status.Name());
        await scan.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Segments of scans that run come first: what has begun is to end.</summary>
    private async Task<Taken?> TakeAsync(NpgsqlConnection connection, TimeSpan lease, CancellationToken cancellation)
    {
        if (await TakeAsync(connection, ClaimSql.OfRunning, lease, cancellation) is { } free)
        {
            return free;
        }

        // One scan begins at a time, until this transaction ends: two that begin together would both find the last room.
        await using var turn = new NpgsqlCommand("""
            select pg_advisory_xact_lock($1)
            where exists (select from scheduler.scan_queue where is_due and has_room)
            """, connection);
        turn.With(ClaimSql.StartLock);
        await using (var row = await turn.ExecuteReaderAsync(cancellation))
        {
            if (!row.HasRows)
            {
                return null;
            }
        }

        return await TakeAsync(connection, ClaimSql.OfWaiting, lease, cancellation);
    }

    private async Task<Taken?> TakeAsync(
        NpgsqlConnection connection, string sql, TimeSpan lease, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants of ClaimSql.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.With(owner.Name).With(lease);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadTaken(row) : null;
    }

    /// <returns>Null: its scan is not wanted any more, since a moment ago; it is as it was.</returns>
    private static async Task<SegmentClaim?> StartAsync(
        NpgsqlConnection connection, Taken taken, long claimedAt, CancellationToken cancellation)
    {
        // The first scan of a target is the one before which none has looked at all of it: while it is taken there is
        // nothing to compare with, and a first scan that was cancelled, failed or broke off leaves the next one the first.
        await using var command = new NpgsqlCommand("""
            with state as (
                insert into scanner.target_states (target_id)
                select target_id from scheduler.scans where id = $1
                on conflict (target_id) do nothing
            )
            update scheduler.scans s
            set status = 'running', updated_at = now(), started_at = coalesce(s.started_at, now()),
                is_baseline = case when s.started_at is not null then s.is_baseline else not exists (
                    select from scheduler.scans earlier
                    where earlier.target_id = s.target_id and (
                        earlier.status = 'completed'
                        or earlier.status = 'partial' and earlier.reason = 'unknown_files')) end,
                files_before = case when s.started_at is not null then s.files_before else coalesce((
                    select files_present - files_waiting from scanner.target_states where target_id = s.target_id), 0) end,
                bytes_before = case when s.started_at is not null then s.bytes_before else coalesce((
                    select bytes_present - bytes_waiting from scanner.target_states where target_id = s.target_id), 0) end
            from scheduler.targets t
            where s.id = $1 and t.id = s.target_id and (s.status = 'running' or s.control is null)
            returning s.is_baseline, s.mode = 'full', s.traceparent, t.id, t.name, t.type, t.root, t.checksum_algorithm,
                t.workers, t.sample_percent, t.verify_within_days, t.batch_size, t.identity_epoch, t.time_zone,
                t.options::text,
                pg_notify('fixity_progress',
                    json_build_object('kind', 'scan', 'scanId', s.id, 'targetId', t.id)::text)::text
            """, connection);
        command.With(taken.ScanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadClaim(taken, row, claimedAt) : null;
    }

    private static Taken ReadTaken(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt32(3), row.GetInt64(4),
        new PathRange(
            FilePath.FromEscaped(row.GetString(5)),
            row.IsDBNull(6) ? null : FilePath.FromEscaped(row.GetString(6)),
            row.IsDBNull(7) ? null : FilePath.FromEscaped(row.GetString(7))),
        row.GetBoolean(8));

    private static SegmentClaim ReadClaim(Taken taken, NpgsqlDataReader row, long claimedAt) => new(
        taken.ScanId, taken.Ordinal, taken.FencingToken, taken.Attempt, taken.Batches, taken.Range,
        row.GetBoolean(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2),
        new TargetSettings(
            row.GetInt32(3), row.GetString(4), row.GetString(5), row.GetString(6), (ChecksumAlgorithm)row.GetInt16(7),
            row.IsDBNull(8) ? null : row.GetInt32(8), row.GetDouble(9), row.GetInt32(10), row.GetInt32(11),
            row.GetInt32(12), row.GetString(13), row.GetString(14)),
        claimedAt);

    private static SegmentNews ReadNews(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? SegmentWish.GoOn : row.GetString(0) switch
        {
            "pause" => SegmentWish.Pause,
            "cancel" => SegmentWish.Cancel,
            var unknown => throw new InvalidDataException($"A scan is wanted to {unknown}."),
        },
        row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2));

    /// <param name="IsTakeover">Another scanner had it, and let its lease run out.</param>
    private sealed record Taken(
        long ScanId, int Ordinal, long FencingToken, int Attempt, long Batches, PathRange Range, bool IsTakeover);
}

/// <summary>What the owner of a segment learns of it, each second.</summary>
/// <param name="SplitWantedAt">When an idle scanner last asked for part of the segment; the database's clock.</param>
/// <param name="Sharers">Segments of the scan that are worked on at this moment, this one among them.</param>
internal sealed record SegmentNews(SegmentWish Wish, DateTimeOffset? SplitWantedAt, int Sharers);

internal enum SegmentWish
{
    GoOn = 1,
    Pause = 2,
    Cancel = 3,

    /// <summary>Nobody asks us any more.</summary>
    LeaseLost = 4,
}
