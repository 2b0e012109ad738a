using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Sending;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>Has every new event judged, and made into deliveries for the webhooks that want it.</summary>
internal sealed class EventMatcher(
    EventMatchStore store, GatheringWorker gatherings, DeliveryWorker sending, DeliveryMetrics metrics,
    IOptions<AlertOptions> options, TimeProvider clock, ILogger<EventMatcher> logger) : BackgroundService
{
    public const int BatchSize = 500;

    private static readonly IReadOnlyList<EventStream> Streams = [new ChangeEventStream(), new TargetEventStream()];

    private readonly WakeUp _wake = new(clock);

    /// <summary>There may be new events: look now.</summary>
    public void Wake() => _wake.Ring();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var stream in Streams)
            {
                await LookAsync(stream, stoppingToken);
            }

            await _wake.WaitAsync(options.Value.PollInterval, stoppingToken);
        }
    }

    private async Task LookAsync(EventStream stream, CancellationToken stoppingToken)
    {
        try
        {
            await CatchUpAsync(stream, stoppingToken);
        }
        catch (NpgsqlException e)
        {
            logger.EventsUnreachable(e, options.Value.PollInterval);
        }
#pragma warning disable CA1031 // None is passed over: it is tried again, perhaps by a newer version, and all else goes on.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.EventsUnreadable(e, stream.Source, options.Value.PollInterval);
        }
    }

    private async Task CatchUpAsync(EventStream stream, CancellationToken cancellation)
    {
        MatchedBatch batch;
        do
        {
            // No span for a look that finds nothing: there are many, and they say nothing.
            batch = await store.MatchAsync(stream, BatchSize, cancellation);
            metrics.Suppressed(batch.Muted, batch.Repeated);
            if (batch.Deliveries > 0)
            {
                metrics.Matched(batch.Deliveries);
                logger.EventsMatched(batch.Events, stream.Source, batch.Deliveries);
                sending.Wake();
            }

            if (batch.Events > 0)
            {
                gatherings.Wake();
            }
        }
        while (batch.Events == BatchSize);
    }
}
