using Fixity.Alert.Deliveries.Sending;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Overflow;

/// <summary>Keeps the backlog of a receiver that does not keep up within bounds.</summary>
internal sealed class OverflowWorker(
    OverflowStore store, DeliveryWorker sending, DeliveryMetrics metrics, IOptions<AlertOptions> options,
    TimeProvider clock, ILogger<OverflowWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.OverflowInterval, clock);
        do
        {
            try
            {
                await FoldAllAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.BacklogUnreachable(e, options.Value.OverflowInterval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FoldAllAsync(CancellationToken cancellation)
    {
        var places = await store.FindAsync(options.Value.MostPending, options.Value.LongestPending, cancellation);
        foreach (var place in places)
        {
            var folded = await store.FoldAsync(place, cancellation);
            if (folded > 0)
            {
                metrics.Folded(folded);
                logger.Folded(folded, place.WebhookId, place.TargetId);
                sending.Wake();
            }
        }
    }
}
