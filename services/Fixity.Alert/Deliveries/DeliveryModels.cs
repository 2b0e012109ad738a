namespace Fixity.Alert.Deliveries;

/// <summary>One event on its way to one webhook.</summary>
/// <param name="Attempt">Attempts made, the one being made now included.</param>
/// <param name="NextAttemptAt">Null: none will be made.</param>
/// <param name="ResponseStatus">HTTP status of the latest answer; null: there was none.</param>
/// <param name="Error">Why the latest attempt failed; null when it did not.</param>
public sealed record DeliveryView(
    Guid Id,
    string EventType,
    DeliveryStatus Status,
    int Attempt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastAttemptAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt,
    int? ResponseStatus,
    string? Error);

/// <summary>Words of <c>webhook_deliveries.status</c>.</summary>
public enum DeliveryStatus
{
    Pending,
    Delivered,
    Failed,
}
