using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Sends what is due, a few of each webhook at once, so that a dead receiver delays nobody else.</summary>
internal sealed class DeliveryWorker(
    DeliveryQueue queue, DeliveryAttempt attempts, CircuitBreakers circuits, IOptions<AlertOptions> options,
    TimeProvider clock, ILogger<DeliveryWorker> logger) : BackgroundService
{
    public const int PerWebhook = 4;

    // Well below the 8 s after which the AppHost kills: what is then still being sent is given back in order.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly WakeUp _wake = new(clock);
    private readonly Lock _lock = new();
    private readonly Dictionary<ClaimedDelivery, Task> _running = new(ReferenceEqualityComparer.Instance);

    /// <summary>There may be something due: look now.</summary>
    public void Wake() => _wake.Ring();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var breakOff = new CancellationTokenSource();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await StartDueAsync(breakOff.Token, stoppingToken);
                await _wake.WaitAsync(options.Value.PollInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nothing new is started; what runs is waited for below.
        }

        breakOff.CancelAfter(StopPatience);
        await Task.WhenAll(Running());
    }

    private async Task StartDueAsync(CancellationToken breakOff, CancellationToken cancellation)
    {
        try
        {
            foreach (var claim in await queue.ClaimAsync(FreePlaces(), PerWebhook, cancellation))
            {
                lock (_lock)
                {
                    _running.Add(claim, SendAsync(claim, breakOff));
                }
            }
        }
        catch (NpgsqlException e)
        {
            logger.QueueUnreachable(e, options.Value.PollInterval);
        }
    }

    private async Task SendAsync(ClaimedDelivery claim, CancellationToken breakOff)
    {
        // Off the claiming loop, which holds the lock: this task is noted there before it can take itself off again.
        await Task.Yield();
        try
        {
            await attempts.RunAsync(claim, breakOff);
        }
        catch (NpgsqlException e)
        {
            logger.ResultLost(e, claim.Delivery.Id);
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(claim);
            }

            // A place is free, and a backlog may be waiting for it.
            _wake.Ring();
        }
    }

    private List<Task> Running()
    {
        lock (_lock)
        {
            return [.. _running.Values];
        }
    }

    // Of webhooks that are not named, all places are free.
    private List<FreePlaces> FreePlaces()
    {
        Dictionary<int, int> sending;
        lock (_lock)
        {
            sending = _running.Keys.CountBy(claim => claim.To.WebhookId).ToDictionary();
        }

        var restricted = circuits.Restrictions();
        return
        [
            .. restricted.Select(circuit => new FreePlaces(
                circuit.WebhookId, circuit.Url, circuit.Places - sending.GetValueOrDefault(circuit.WebhookId))),
            .. sending.ExceptBy(restricted.Select(circuit => circuit.WebhookId), busy => busy.Key)
                .Select(busy => new FreePlaces(busy.Key, null, PerWebhook - busy.Value)),
        ];
    }
}
