using System.Diagnostics;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Puts scans in the queue; all ways in lead through it but that of a retry (<see cref="RetryStore"/>).</summary>
internal sealed class ScanStore(NpgsqlDataSource database, ScanMetrics metrics)
{
    // An active scan that ended between the two looks of one attempt: the next attempt queues.
    private const int Attempts = 5;

    // One statement: a scan without its segment would never be claimed. The target's row is held, so that it is not
    // deleted under the scan. What finds an active scan instead changes that one where the two can be one: a person
    // waits for nothing that was put off, and a schedule takes the place of a retry that has not begun. A schedule that
    // finds what a person asked for is not done by it; its own run is remembered.
    private const string EnqueueSql = """
        with target as (
            select id, enabled from scheduler.targets where id = $1 and deleted_at is null for share
        ), queued as (
            insert into scheduler.scans (target_id, trigger, mode, requested_by, traceparent, priority, not_before)
            select id, $2, $3, $4, $5, $6, $7 from target where enabled
            on conflict (target_id) where status in ('queued', 'running', 'paused') do nothing
            returning id, status
        ), segment as (
            insert into scheduler.scan_segments (scan_id, ordinal) select id, 0 from queued
        ), active as (
            select a.id, a.status, asked.trigger, a.requested_by, a.started_at
            from scheduler.scans a
            join target t on t.id = a.target_id
            join scheduler.scans asked on asked.id = (scheduler.chain_of(a.id))[1]
            where a.status in ('queued', 'running', 'paused') and t.enabled
        ), hurried as (
            update scheduler.scans s set priority = greatest(s.priority, $6), not_before = null
            from active a
            where $8 and s.id = a.id and s.status = 'queued' and (s.priority < $6 or s.not_before > now())
            returning s.id
        ), replaced as (
            update scheduler.scans s set trigger = $2, attempt = 1, requested_by = null, not_before = $7
            from active a
            where $9 and s.id = a.id and s.status = 'queued' and s.started_at is null and s.trigger = 'retry'
            returning s.id
        ), remembered as (
            insert into scheduler.follow_ups (target_id, trigger)
            select $1, $2 from active a
            where $9 and (a.trigger = 'manual' or a.requested_by is not null) and not exists (select from replaced)
            on conflict (target_id) do nothing
        ), made_up as (
            delete from scheduler.follow_ups
            where $9 and target_id = $1 and (exists (select from queued) or exists (select from replaced))
        )
        select t.enabled, q.id, q.status, a.id, a.status,
            $9 and (a.trigger = 'manual' or a.requested_by is not null) and r.id is null,
            case when coalesce(q.id, h.id, r.id) is not null
                then pg_notify('fixity_scan_queued', coalesce(q.id, h.id, r.id)::text)::text end
        from target t
        left join queued q on true
        left join active a on true
        left join hurried h on true
        left join replaced r on true
        """;

    /// <summary>Queues a scan of a target, or finds the one that is active already.</summary>
    public async Task<Enqueued> EnqueueAsync(ScanOrder order, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await EnqueueAsync(connection, order, cancellation);
    }

    /// <summary>The same within the caller's transaction.</summary>
    public async Task<Enqueued> EnqueueAsync(
        NpgsqlConnection connection, ScanOrder order, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryEnqueueAsync(connection, order, cancellation) is { } enqueued)
            {
                metrics.Requested(order.Trigger, enqueued.Outcome);
                return enqueued;
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException(
                    $"Scans of target {order.TargetId} start and end too fast to queue one.");
            }
        }
    }

    /// <returns>Null when another request won in between, and its scan cannot be seen by this statement.</returns>
    private static async Task<Enqueued?> TryEnqueueAsync(
        NpgsqlConnection connection, ScanOrder order, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(EnqueueSql, connection);
        var p = command.Parameters;
        p.Add(new NpgsqlParameter<int> { TypedValue = order.TargetId });
        p.Add(new NpgsqlParameter<string> { TypedValue = order.Trigger });
        p.Add(new NpgsqlParameter<string> { TypedValue = order.Mode == ScanMode.Full ? "full" : "incremental" });
        p.Add(new NpgsqlParameter<string?> { TypedValue = order.RequestedBy });
        p.Add(new NpgsqlParameter<string?> { TypedValue = Activity.Current?.Id });
        p.Add(new NpgsqlParameter<short> { TypedValue = order.Priority });
        p.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = order.NotBefore?.ToUniversalTime() });
        p.Add(new NpgsqlParameter<bool> { TypedValue = order.IsOfPerson });
        p.Add(new NpgsqlParameter<bool> { TypedValue = order.IsOfSchedule });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? ReadEnqueued(row)
            : new Enqueued(EnqueueOutcome.TargetUnknown, null, null);
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

        return row.IsDBNull(3)
            ? null
            : new Enqueued(
                row.GetBoolean(5) ? EnqueueOutcome.Remembered : EnqueueOutcome.AlreadyActive,
                row.GetInt64(3), row.GetString(4));
    }
}
