using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>Wakes the matcher the moment the scanner says that it committed events. Lost notifications cost one poll.</summary>
internal sealed class EventListener(
    NpgsqlDataSource database, EventMatcher matcher, IOptions<AlertOptions> options, TimeProvider clock,
    ILogger<EventListener> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.ListenerLost(e, options.Value.PollInterval);
                await Task.Delay(options.Value.PollInterval, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        connection.Notification += (_, _) => matcher.Wake();
        await using (var listen = new NpgsqlCommand("listen fixity_events", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        // What was said while nobody listened.
        matcher.Wake();
        while (true)
        {
            await connection.WaitAsync(cancellation);
        }
    }
}
