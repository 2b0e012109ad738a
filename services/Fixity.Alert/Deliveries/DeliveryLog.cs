namespace Fixity.Alert.Deliveries;

/// <summary>Log messages of matching and sending. Event ids 5020–5059. Never a url: its path may be a key.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(5020, LogLevel.Information, "{Events} events of {Source} matched: {Deliveries} new deliveries")]
    public static partial void EventsMatched(this ILogger logger, int events, string source, int deliveries);

    [LoggerMessage(5021, LogLevel.Warning, "Events cannot be read; next look in {PollInterval}")]
    public static partial void EventsUnreachable(this ILogger logger, Exception exception, TimeSpan pollInterval);

    [LoggerMessage(5022, LogLevel.Warning, "Event notifications are lost; polling until they are back, next try in {PollInterval}")]
    public static partial void ListenerLost(this ILogger logger, Exception exception, TimeSpan pollInterval);

    [LoggerMessage(5023, LogLevel.Error, "Events of {Source} cannot be matched, and those behind them wait; next try in {PollInterval}")]
    public static partial void EventsUnreadable(this ILogger logger, Exception exception, string source, TimeSpan pollInterval);

    [LoggerMessage(5030, LogLevel.Information, "Delivery {DeliveryId} to webhook {WebhookId} delivered at attempt {Attempt}: HTTP {Status}")]
    public static partial void Delivered(this ILogger logger, Guid deliveryId, int webhookId, int attempt, int? status);

    [LoggerMessage(5031, LogLevel.Warning, "Delivery {DeliveryId} to webhook {WebhookId} failed at attempt {Attempt}, next in {Delay}: {Reason}")]
    public static partial void AttemptFailed(
        this ILogger logger, Guid deliveryId, int webhookId, int attempt, TimeSpan delay, string? reason);

    [LoggerMessage(5032, LogLevel.Error, "Delivery {DeliveryId} to webhook {WebhookId} given up after attempt {Attempt}: {Reason}")]
    public static partial void GivenUp(this ILogger logger, Guid deliveryId, int webhookId, int attempt, string? reason);

    [LoggerMessage(5033, LogLevel.Warning, "Delivery {DeliveryId}: its lease ended before its attempt {Attempt} did; this result is dropped")]
    public static partial void LeaseLost(this ILogger logger, Guid deliveryId, int attempt);

    [LoggerMessage(5034, LogLevel.Warning, "Deliveries cannot be claimed; next look in {PollInterval}")]
    public static partial void QueueUnreachable(this ILogger logger, Exception exception, TimeSpan pollInterval);

    [LoggerMessage(5035, LogLevel.Error, "The result of delivery {DeliveryId} could not be stored; it is sent again when its lease ends")]
    public static partial void ResultLost(this ILogger logger, Exception exception, Guid deliveryId);

    [LoggerMessage(5036, LogLevel.Information, "Delivery {DeliveryId} queued again by {Caller}")]
    public static partial void Resent(this ILogger logger, Guid deliveryId, string caller);

    [LoggerMessage(5037, LogLevel.Error, "Delivery {DeliveryId} to webhook {WebhookId} could not be attempted")]
    public static partial void AttemptBroke(this ILogger logger, Exception exception, Guid deliveryId, int webhookId);

    [LoggerMessage(5038, LogLevel.Warning, "Webhook {WebhookId}: {Failures} attempts in a row failed; the next is made in {Break} at the earliest")]
    public static partial void CircuitOpened(this ILogger logger, int webhookId, int failures, TimeSpan @break);

    [LoggerMessage(5039, LogLevel.Information, "Webhook {WebhookId}: its receiver answers again")]
    public static partial void CircuitClosed(this ILogger logger, int webhookId);

    [LoggerMessage(5040, LogLevel.Error, "Webhook {WebhookId} was disabled: its receiver answered HTTP 410")]
    public static partial void ReceiverGone(this ILogger logger, int webhookId);

    [LoggerMessage(5041, LogLevel.Warning, "The backlog for the metrics could not be counted; next try in {Interval}")]
    public static partial void BacklogUncounted(this ILogger logger, Exception exception, TimeSpan interval);
}
