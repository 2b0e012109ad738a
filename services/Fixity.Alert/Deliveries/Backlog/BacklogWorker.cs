using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Backlog;

/// <summary>Keeps the figures of the backlog fresh, so that nobody who scrapes waits for the database.</summary>
internal sealed class BacklogWorker(
    BacklogQueries queries, BacklogMetrics metrics, IOptions<AlertOptions> options, TimeProvider clock,
    ILogger<BacklogWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                metrics.Set(new BacklogFigures(
                    await queries.CountAsync(stoppingToken), await queries.UnmatchedSecondsAsync(stoppingToken)));
            }
            catch (NpgsqlException e)
            {
                // Old figures would say that all is as it was.
                metrics.Set(null);
                logger.BacklogUncounted(e, options.Value.FigureInterval);
            }

            await Task.Delay(options.Value.FigureInterval, clock, stoppingToken);
        }
    }
}
