using Fixity.Core.Schedules;
using Fixity.Data.Columns;
using Fixity.Scheduler.Scans;
using Npgsql;

namespace Fixity.Scheduler.Schedules;

/// <summary>Asks for the scan of a due moment: once, whoever fires it, and however often a replica dies while it does.</summary>
internal sealed class ScheduledRuns(
    NpgsqlDataSource database, ScanStore scans, ScheduleMetrics metrics, TimeProvider clock)
{
    /// <param name="recovering">Another replica fired it and died; it may have asked already.</param>
    /// <returns>Null: that was done already, or the target is gone.</returns>
    public async Task<Enqueued?> EnqueueAsync(
        int targetId, string trigger, DateTimeOffset due, bool recovering, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The due moment and its scan are one transaction: a replica that dies in it has done neither.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await TakeAsync(connection, targetId, due, recovering, cancellation) is not { } delays)
        {
            return null;
        }

        var order = new ScanOrder(targetId, trigger) { NotBefore = delays.NotBefore(targetId, due) };
        var scan = await scans.EnqueueAsync(connection, order, cancellation);
        await transaction.CommitAsync(cancellation);
        metrics.Asked(trigger, clock.GetUtcNow() - due);
        return scan;
    }

    private async Task<Delays?> TakeAsync(
        NpgsqlConnection connection, int targetId, DateTimeOffset due, bool recovering, CancellationToken cancellation)
    {
        // What is recovered was due at the latest when it was asked for: a run that made up for missed ones comes back
        // with the time at which it did so. Elsewhere only the same moment counts, so that a clock that is put back does
        // not stop the schedule.
        await using var command = new NpgsqlCommand("""
            update scheduler.targets set due_done_at = $2, due_asked_at = greatest($2, $3)
            where id = $1 and case when $4 then due_asked_at is null or due_asked_at < $2 else due_done_at is distinct from $2 end
            returning jitter_seconds, blackouts, time_zone
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = due });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = recovering });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadDelays(row) : null;
    }

    private static Delays ReadDelays(NpgsqlDataReader row) => new(
        row.GetInt32(0), BlackoutsColumn.Read(row.GetString(1)), row.GetString(2));

    private sealed record Delays(int JitterSeconds, IReadOnlyList<Blackout> Blackouts, string TimeZone)
    {
        /// <returns>Null: at once. A blackout alone needs none: nobody claims a scan in it.</returns>
        public DateTimeOffset? NotBefore(int targetId, DateTimeOffset due)
        {
            if (JitterSeconds == 0)
            {
                return null;
            }

            var start = TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone)
                ? new BlackoutCalendar(Blackouts, zone).After(due)
                : due;
            return start + TimeSpan.FromSeconds(Jitter.Spread(targetId, due, JitterSeconds));
        }
    }
}
