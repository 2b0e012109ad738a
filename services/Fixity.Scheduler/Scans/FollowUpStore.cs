using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Queues the runs that a schedule asked for while a scan of a person was active, as soon as that has ended.</summary>
internal sealed class FollowUpStore(ScanStore scans)
{
    /// <returns>How many are in the queue now, in the caller's transaction.</returns>
    public async Task<int> QueueAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ForgetAsync(connection, cancellation);
        var queued = 0;
        foreach (var (targetId, trigger) in await ReadDueAsync(connection, cancellation))
        {
            var scan = await scans.EnqueueAsync(connection, new ScanOrder(targetId, trigger), cancellation);
            queued += scan.Outcome == EnqueueOutcome.Queued ? 1 : 0;
        }

        return queued;
    }

    // No schedule wants them any more.
    private static async Task ForgetAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            delete from scheduler.follow_ups u using scheduler.targets t
            where t.id = u.target_id
                and (t.deleted_at is not null or not t.enabled or t.schedule is null or t.schedule_paused)
            """, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<(int TargetId, string Trigger)>> ReadDueAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select u.target_id, u.trigger
            from scheduler.follow_ups u
            where not exists (
                select from scheduler.scans a
                where a.target_id = u.target_id and a.status in ('queued', 'running', 'paused')
                    and not (a.status = 'queued' and a.trigger = 'retry' and a.started_at is null))
            order by u.due_at
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var due = new List<(int, string)>();
        while (await row.ReadAsync(cancellation))
        {
            due.Add((row.GetInt32(0), row.GetString(1)));
        }

        return due;
    }
}
