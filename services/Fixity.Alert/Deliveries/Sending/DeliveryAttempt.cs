namespace Fixity.Alert.Deliveries.Sending;

/// <summary>One claimed delivery from its claim to its stored result.</summary>
internal sealed class DeliveryAttempt(
    DeliveryQueue queue, AttemptStore attempts, DeliverySender sender, CircuitBreakers circuits, DeliveryMetrics metrics,
    TimeProvider clock, ILogger<DeliveryAttempt> logger)
{
    /// <param name="stop">Breaks the sending off and gives the delivery back.</param>
    public async Task RunAsync(ClaimedDelivery claim, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        AttemptResult? result;
        try
        {
            result = await circuits.RunAsync(claim.To, token => SendAsync(claim, token), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            result = null;
        }

        if (result is null)
        {
            await queue.ReleaseAsync(claim, CancellationToken.None);
            return;
        }

        await StoreAsync(claim, AttemptEnd.Of(claim, result, clock.GetElapsedTime(started), Random.Shared.NextDouble()));
    }

    private async Task<AttemptResult> SendAsync(ClaimedDelivery claim, CancellationToken stop)
    {
        try
        {
            return await sender.SendAsync(claim.To, claim.Delivery, stop);
        }
#pragma warning disable CA1031 // Whatever is wrong with one delivery must not end the sending of all others.
        catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.AttemptBroke(e, claim.Delivery.Id, claim.To.WebhookId);
            return AttemptResult.NoAnswer("The attempt broke off; the log says why.");
        }
    }

    private async Task StoreAsync(ClaimedDelivery claim, AttemptEnd end)
    {
        var (id, webhookId, result) = (claim.Delivery.Id, claim.To.WebhookId, end.Result);

        // Not the stopping token: the receiver has it, so the row has to say so.
        if (!await attempts.FinishAsync(claim, end, CancellationToken.None))
        {
            logger.LeaseLost(id, claim.Attempt);
            return;
        }

        metrics.Attempted(end.Outcome, end.Elapsed);
        if (end.Next is { } wait)
        {
            logger.AttemptFailed(id, webhookId, claim.Attempt, wait, result.Error);
            return;
        }

        var delivered = result.Outcome == AttemptOutcome.Delivered;
        metrics.Ended(claim.To.Name, delivered);
        if (delivered)
        {
            logger.Delivered(id, webhookId, claim.Attempt, result.ResponseStatus);
        }
        else
        {
            logger.GivenUp(id, webhookId, claim.Attempt, result.Error);
        }

        if (result.Outcome == AttemptOutcome.Gone)
        {
            logger.ReceiverGone(webhookId);
        }
    }
}
