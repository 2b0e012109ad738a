using Fixity.Scheduler.Schedules;
using Npgsql;

namespace Fixity.Scheduler.Status;

/// <summary>Says in <c>scheduler.replicas</c> that this process is there, and how it fares.</summary>
internal sealed class PresenceWorker(
    NpgsqlDataSource database, SchedulerReplica replica, ScheduleState schedules, TimeProvider clock,
    ILogger<PresenceWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = SchedulerReplica.Patience / 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await SayAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            // Here and not in StopAsync: the host waits for this worker before it lets go of the database.
            using var patience = new CancellationTokenSource(Interval, clock);
            await using var command = database.CreateCommand("delete from scheduler.replicas where name = $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = replica.Name });
            await TryAsync(command, patience.Token);
        }
    }

    private async Task SayAsync(CancellationToken cancellation)
    {
        var health = schedules.Health();
        // Those that died without a word go after a day.
        await using var command = database.CreateCommand("""
            with gone as (
                delete from scheduler.replicas where seen_at < now() - interval '1 day' and name <> $1
            )
            insert into scheduler.replicas (name, status, reason) values ($1, $2, $3)
            on conflict (name) do update set seen_at = now(), status = excluded.status, reason = excluded.reason
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = replica.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = health.Status });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = health.Reason });
        await TryAsync(command, cancellation);
    }

    private async Task TryAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            logger.PresenceUntold(e, Interval);
        }
    }
}
