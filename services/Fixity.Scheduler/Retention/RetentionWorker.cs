using Fixity.Core;
using Fixity.Data;
using Npgsql;

namespace Fixity.Scheduler.Retention;

/// <summary>Has one replica at a time remove what is past its time: each night, when asked, and where another died.</summary>
internal sealed class RetentionWorker(
    NpgsqlDataSource database, RetentionStore runs, RetentionRunner runner, SettingsReader settings, TimeProvider clock,
    ILogger<RetentionWorker> logger) : BackgroundService
{
    // "retain" in ASCII: any number will do that nobody else takes.
    internal const long LockKey = 0x72657461696E;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                logger.RoundFailed(e, Interval);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (!await TryLockAsync(connection, cancellation))
        {
            return;
        }

        try
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Current.Of(Settings.DefaultTimeZone));
            await runs.RequestDueAsync(RetentionTimes.Last(clock.GetUtcNow(), zone), cancellation);
            while (await runs.BeginAsync(cancellation) is { } runId)
            {
                await runner.RunAsync(connection, runId, settings.Current, cancellation);
            }
        }
        finally
        {
            // The pool would keep the session, and with it the lock; one that died has let go of it.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await UnlockAsync(connection);
            }
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_unlock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
