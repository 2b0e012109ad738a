using System.Diagnostics;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Puts scans in the queue and says what is wanted of them; everything else of a scan is the scanner's.</summary>
internal sealed class ScanStore(NpgsqlDataSource database, ScanMetrics metrics)
{
    private const string ScanNow = "scan-now";

    // An active scan that ended between the two looks of one attempt: the next attempt queues.
    private const int Attempts = 5;

    private static readonly TimeSpan ScanNowCooldown = TimeSpan.FromSeconds(60);

    /// <summary>Queues a scan of a target, or finds the one that is active already.</summary>
    /// <param name="trigger">One of <see cref="ScanTrigger"/>.</param>
    public async Task<Enqueued> EnqueueAsync(
        int targetId, string trigger, ScanMode mode, string? requestedBy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await EnqueueAsync(connection, targetId, trigger, mode, requestedBy, cancellation);
    }

    /// <summary>Queues a scan of every enabled target, unless that was done within the last minute.</summary>
    /// <returns>The scans, or how long to wait.</returns>
    public async Task<(IReadOnlyList<long> ScanIds, TimeSpan? Wait)> EnqueueAllAsync(
        string requestedBy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The cooldown and the scans are one transaction: what fails half-way has not used up the minute.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await TakeCooldownAsync(connection, cancellation) is { } wait)
        {
            return ([], wait);
        }

        var scans = new List<long>();
        foreach (var targetId in await ReadEnabledAsync(connection, cancellation))
        {
            var enqueued = await EnqueueAsync(
                connection, targetId, ScanTrigger.Manual, ScanMode.Incremental, requestedBy, cancellation);
            if (enqueued.ScanId is { } scanId)
            {
                scans.Add(scanId);
            }
        }

        await transaction.CommitAsync(cancellation);
        return (scans, null);
    }

    /// <summary>Says what is wanted of an active scan. The scanner sees it within its next poll, or at once when told.</summary>
    public async Task<ScanState?> ControlAsync(long scanId, ScanControl wanted, CancellationToken cancellation)
    {
        // A cancellation stands: neither pause nor resume takes it back.
        await using var command = database.CreateCommand("""
            with changed as (
                update scheduler.scans
                set control = $2
                where id = $1 and status in ('queued', 'running', 'paused')
                    and ($2 is not distinct from 'cancel' or control is distinct from 'cancel')
                returning id
            )
            select s.status, s.control, c.id is not null,
                case when c.id is not null then pg_notify('fixity_scan_queued', c.id::text)::text end
            from scheduler.scans s left join changed c on c.id = s.id
            where s.id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scanId });
        command.Parameters.Add(new NpgsqlParameter<string?>
        {
            TypedValue = wanted switch
            {
                ScanControl.Pause => "pause",
                ScanControl.Cancel => "cancel",
                ScanControl.Resume => null,
                _ => throw new UnreachableException($"{wanted}"),
            },
        });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadState(row) : null;
    }

    private async Task<Enqueued> EnqueueAsync(
        NpgsqlConnection connection, int targetId, string trigger, ScanMode mode, string? requestedBy,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryEnqueueAsync(connection, targetId, trigger, mode, requestedBy, cancellation) is { } enqueued)
            {
                metrics.Requested(trigger, enqueued.Outcome);
                return enqueued;
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException($"Scans of target {targetId} start and end too fast to queue one.");
            }
        }
    }

    /// <returns>Null when another request won in between, and its scan cannot be seen by this statement.</returns>
    private static async Task<Enqueued?> TryEnqueueAsync(
        NpgsqlConnection connection, int targetId, string trigger, ScanMode mode, string? requestedBy,
        CancellationToken cancellation)
    {
        // One statement: a scan without its segment would never be claimed. The target's row is held, so that it is
        // not deleted under the scan.
        await using var command = new NpgsqlCommand("""
            with target as (
                select id, enabled from scheduler.targets where id = $1 and deleted_at is null for share
            ), queued as (
                insert into scheduler.scans (target_id, trigger, mode, requested_by)
                select id, $2, $3, $4 from target where enabled
                on conflict (target_id) where status in ('queued', 'running', 'paused') do nothing
                returning id, status
            ), segment as (
                insert into scheduler.scan_segments (scan_id, ordinal) select id, 0 from queued
            )
            select t.enabled, q.id, q.status, a.id, a.status,
                case when q.id is not null then pg_notify('fixity_scan_queued', q.id::text)::text end
            from target t
            left join queued q on true
            left join scheduler.scans a on a.target_id = t.id and a.status in ('queued', 'running', 'paused')
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = trigger });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mode == ScanMode.Full ? "full" : "incremental" });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = requestedBy });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadEnqueued(row) : new Enqueued(EnqueueOutcome.TargetUnknown, null, null);
    }

    private static async Task<TimeSpan?> TakeCooldownAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with taken as (
                insert into scheduler.cooldowns as c (name, until) values ($1, now() + $2)
                on conflict (name) do update set until = excluded.until where c.until <= now()
                returning until
            )
            select (select until from scheduler.cooldowns where name = $1) - now()
            where not exists (select from taken)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScanNow });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = ScanNowCooldown });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadWait(row) : null;
    }

    private static async Task<List<int>> ReadEnabledAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id from scheduler.targets where enabled and deleted_at is null order by id", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<int>();
        while (await row.ReadAsync(cancellation))
        {
            targets.Add(row.GetInt32(0));
        }

        return targets;
    }

    private static Enqueued? ReadEnqueued(NpgsqlDataReader row)
    {
        if (!row.GetBoolean(0))
        {
            return new Enqueued(EnqueueOutcome.TargetDisabled, null, null);
        }

        if (!row.IsDBNull(1))
        {
            return new Enqueued(EnqueueOutcome.Queued, row.GetInt64(1), row.GetString(2));
        }

        return row.IsDBNull(3) ? null : new Enqueued(EnqueueOutcome.AlreadyActive, row.GetInt64(3), row.GetString(4));
    }

    // The cooldown of a transaction that committed in between cannot be seen yet: then the whole minute.
    private static TimeSpan ReadWait(NpgsqlDataReader row) =>
        row.IsDBNull(0) || row.GetTimeSpan(0) < TimeSpan.FromSeconds(1) ? ScanNowCooldown : row.GetTimeSpan(0);

    private static ScanState ReadState(NpgsqlDataReader row) => new(
        row.GetString(0),
        Cancelling: !row.IsDBNull(1) && row.GetString(1) == "cancel",
        Changed: row.GetBoolean(2));
}

internal sealed record Enqueued(EnqueueOutcome Outcome, long? ScanId, string? Status);

/// <param name="Changed">False when the scan had ended, or is being cancelled.</param>
internal sealed record ScanState(string Status, bool Cancelling, bool Changed);

internal enum EnqueueOutcome
{
    Queued,
    AlreadyActive,
    TargetUnknown,
    TargetDisabled,
}
