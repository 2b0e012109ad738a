using Fixity.Scheduler.Schedules;
using Npgsql;

namespace Fixity.Scheduler.Status;

/// <summary>Whether scans are asked for on time and done, and if not, why.</summary>
internal sealed class HealthQueries(NpgsqlDataSource database, ScheduleState schedules, TimeProvider clock)
{
    // A storm of failures, not one target that is switched off.
    private const int ManyFailures = 5;

    /// <summary>Of this scheduler first; then of what all of them and the scanners bring about.</summary>
    public async Task<SchedulerHealthView> ReadAsync(CancellationToken cancellation)
    {
        var own = schedules.Health();
        if (own.Status != SchedulerHealth.Healthy)
        {
            return own;
        }

        try
        {
            return await ReadQueueAsync(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return new SchedulerHealthView(SchedulerHealth.Degraded, "The database cannot be asked: " + e.Message);
        }
    }

    private async Task<SchedulerHealthView> ReadQueueAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select
                (select count(*) from scheduler.scan_queue where is_due),
                (select min(greatest(requested_at, last_ended_at)) from scheduler.scan_queue where is_due and has_room),
                (select count(*) from scanner.replicas where seen_at > now() - $1),
                count(*) filter (where status = 'failed'),
                count(*),
                (select string_agg(name || ': ' || coalesce(reason, status), '; ' order by name)
                    from scheduler.replicas where seen_at > now() - $1 and status <> 'healthy')
            from scheduler.scans
            where ended_at > now() - interval '1 hour' and reason is distinct from 'scanner_lost'
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = SchedulerReplica.Patience });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return Judge(ReadFacts(row));
    }

    private SchedulerHealthView Judge(Facts facts)
    {
        string?[] reasons =
        [
            facts.Waiting > 0 && facts.Scanners == 0
                ? $"No scanner was seen for {SchedulerReplica.Patience.TotalSeconds:0} s, "
                    + $"and scans wait for one: {facts.Waiting}."
                : null,
            facts.OldestWaiting is { } since && facts.Scanners > 0 && clock.GetUtcNow() - since > TimeSpan.FromDays(1)
                ? $"A scan has been waiting for a scanner since {since:u}: there are too few of them for this queue."
                : null,
            facts.Failed >= ManyFailures && facts.Failed * 2 > facts.Ended
                ? $"{facts.Failed} of the {facts.Ended} scans that ended in the last hour failed."
                : null,
            facts.Troubled is { } troubled ? $"Not all schedulers work: {troubled}" : null,
        ];
        var said = string.Join(" ", reasons.OfType<string>());
        return said.Length == 0
            ? new SchedulerHealthView(SchedulerHealth.Healthy, null)
            : new SchedulerHealthView(SchedulerHealth.Degraded, said);
    }

    private static Facts ReadFacts(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetFieldValue<DateTimeOffset?>(1),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.IsDBNull(5) ? null : row.GetString(5));

    /// <param name="OldestWaiting">Since when the first of those waits that there is room for.</param>
    private sealed record Facts(
        long Waiting, DateTimeOffset? OldestWaiting, long Scanners, long Failed, long Ended, string? Troubled);
}

/// <summary>The words of health.</summary>
internal static class SchedulerHealth
{
    public const string Healthy = "healthy";
    public const string Degraded = "degraded";
    public const string Stopped = "stopped";
}
