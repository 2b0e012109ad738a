using Fixity.Alert.Deliveries.Sending;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>Closes batches and digests when they are due. In every replica: each gathering is closed by one.</summary>
internal sealed class GatheringWorker(
    GatheringStore store, DeliveryWorker sending, DeliveryMetrics metrics, IOptions<AlertOptions> options,
    TimeProvider clock, ILogger<GatheringWorker> logger) : BackgroundService
{
    private readonly WakeUp _wake = new(clock);

    /// <summary>Events were matched: one of them may have been the last that a digest waited for.</summary>
    public void Wake() => _wake.Ring();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CloseAllAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.GatheringsUnreachable(e, options.Value.PollInterval);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await _wake.WaitAsync(options.Value.PollInterval, stoppingToken);
        }
    }

    private async Task CloseAllAsync(CancellationToken cancellation)
    {
        ClosedGatherings closed;
        do
        {
            closed = await store.CloseAsync(cancellation);
            if (closed.Deliveries > 0)
            {
                metrics.Matched(closed.Deliveries);
                logger.GatheringsClosed(closed.Closed, closed.Deliveries);
                sending.Wake();
            }
        }
        while (closed.AreMore);

        if (await store.TellEarlyAsync(cancellation) is > 0 and var early)
        {
            metrics.Matched(early);
            sending.Wake();
        }
    }
}
