namespace Fixity.Alert.Deliveries.Sending;

/// <summary>One claimed delivery from its claim to its stored result.</summary>
internal sealed class DeliveryAttempt(
    DeliveryQueue queue, DeliverySender sender, DeliveryMetrics metrics, TimeProvider clock,
    ILogger<DeliveryAttempt> logger)
{
    /// <param name="stop">Breaks the sending off and gives the delivery back.</param>
    public async Task RunAsync(ClaimedDelivery claim, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        AttemptResult result;
        try
        {
            result = await sender.SendAsync(claim.To, claim.Delivery, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await queue.ReleaseAsync(claim, CancellationToken.None);
            return;
        }
#pragma warning disable CA1031 // Whatever is wrong with one delivery must not end the sending of all others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.AttemptBroke(e, claim.Delivery.Id, claim.To.WebhookId);
            result = new AttemptResult(AttemptOutcome.Retryable, null, null, "The attempt broke off; the log says why.");
        }

        await StoreAsync(claim, result, clock.GetElapsedTime(started));
    }

    private async Task StoreAsync(ClaimedDelivery claim, AttemptResult result, TimeSpan elapsed)
    {
        var (id, webhookId) = (claim.Delivery.Id, claim.To.WebhookId);
        var delivered = result.Outcome == AttemptOutcome.Delivered;
        var delay = result.Outcome == AttemptOutcome.Retryable && claim.Attempt < claim.MaxAttempts
            ? RetrySchedule.DelayAfter(claim.Attempt, claim.Backoff, Random.Shared.NextDouble(), result.RetryAfter)
            : (TimeSpan?)null;
        var status = delivered ? "delivered" : delay is null ? "failed" : "pending";

        // Not the stopping token: the receiver has it, so the row has to say so.
        if (!await queue.FinishAsync(claim, status, delay, result, CancellationToken.None))
        {
            logger.LeaseLost(id, claim.Attempt);
            return;
        }

        metrics.Attempted(
            result.Outcome == AttemptOutcome.Blocked ? "blocked" : delay is null ? status : "retrying", elapsed);
        if (delay is null)
        {
            metrics.Ended(claim.To.Name, delivered);
        }

        if (delivered)
        {
            logger.Delivered(id, webhookId, claim.Attempt, result.ResponseStatus);
        }
        else if (delay is { } wait)
        {
            logger.AttemptFailed(id, webhookId, claim.Attempt, wait, result.Error);
        }
        else
        {
            logger.GivenUp(id, webhookId, claim.Attempt, result.Error);
        }
    }
}
