using Fixity.Data;
using Fixity.Scheduler.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Puts in the queue what nobody asks for again: retries, and runs that waited for a person's scan to end.</summary>
internal sealed class QueueWorker(
    NpgsqlDataSource database, RetryStore retries, FollowUpStore followUps, ServerKeyStore servers,
    HealthCheckService health, IOptions<SchedulerOptions> options, TimeProvider clock, ILogger<QueueWorker> logger)
    : BackgroundService
{
    // "queue" in ASCII: any number will do that nobody else takes.
    private const long LockKey = 0x7175657565;

    private bool _hasServers;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.QueueInterval, clock);
        do
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // InvalidOperationException: scans of a target start and end too fast to queue one.
                logger.QueueRoundFailed(e, options.Value.QueueInterval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        var ready = await health.CheckHealthAsync(
            static check => check.Tags.Contains(DatabaseRegistration.ReadyTag), cancellation);
        if (ready.Status != HealthStatus.Healthy)
        {
            return; // Said by /readyz; a scheduler that starts before the migrations waits for them.
        }

        if (!_hasServers)
        {
            await servers.CompleteAsync(cancellation);
            _hasServers = true;
        }

        await QueueAsync(cancellation);
    }

    /// <summary>One replica at a time; all or nothing, so that one which dies in it leaves it to the next.</summary>
    private async Task QueueAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection))
        {
            take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            if (await take.ExecuteScalarAsync(cancellation) is not true)
            {
                return;
            }
        }

        // First, since it takes the place of a retry.
        var followed = await followUps.QueueAsync(connection, cancellation);
        var retried = await retries.QueueAsync(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        if (followed + retried > 0)
        {
            logger.QueuedByItself(retried, followed);
        }
    }
}
