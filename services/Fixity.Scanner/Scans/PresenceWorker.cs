using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Says in <c>scanner.replicas</c> that this process is there and how much it can carry.</summary>
internal sealed class PresenceWorker(
    NpgsqlDataSource database, ScannerOwner owner, IOptions<ScannerOptions> options, TimeProvider clock,
    ILogger<PresenceWorker> logger)
    : BackgroundService
{
    // A third of the time after which the others count it as gone.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SayAsync(stoppingToken);
        }
        finally
        {
            // Here and not in StopAsync: the host waits for this worker before it lets go of the database.
            using var patience = new CancellationTokenSource(Interval, clock);
            await TryAsync(
                "delete from scanner.replicas where name = $1", command => command.With(owner.Name), patience.Token);
        }
    }

    private async Task SayAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            // Those that died without a word go after a day.
            await TryAsync("""
                with gone as (
                    delete from scanner.replicas where seen_at < now() - interval '1 day' and name <> $1
                )
                insert into scanner.replicas (name, slots) values ($1, $2)
                on conflict (name) do update set seen_at = now(), slots = excluded.slots
                """, command => command.With(owner.Name).With(options.Value.Concurrency), cancellation);
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task TryAsync(string sql, Action<NpgsqlCommand> fill, CancellationToken cancellation)
    {
        try
        {
#pragma warning disable CA2100 // One of the two constants above.
            await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
            fill(command);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception failure) when (DatabaseRetry.IsOutage(failure) || failure is PostgresException)
        {
            logger.PresenceUntold(failure, Interval);
        }
    }
}
