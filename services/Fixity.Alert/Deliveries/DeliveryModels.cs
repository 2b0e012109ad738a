using Fixity.Alert.Deliveries.Messages;
using Fixity.Core;

namespace Fixity.Alert.Deliveries;

/// <summary>One message on its way to one webhook: of one event, a batch, or all of a scan.</summary>
/// <param name="EventType">Of kind <c>event</c> its event; else the kind's word.</param>
/// <param name="Title">One line, for people.</param>
/// <param name="Severity">The highest of its events.</param>
/// <param name="EventCount">Events that it tells of.</param>
/// <param name="TargetId">Null: it is about no target.</param>
/// <param name="ScanId">Null: it is about no scan.</param>
/// <param name="Failure">Word for why it was not delivered; null: it was, or may be yet.</param>
/// <param name="IsFolded">It tells the sum of deliveries that were too many to wait.</param>
/// <param name="Attempt">Attempts made, the one being made now included.</param>
/// <param name="NextAttemptAt">Null: none will be made.</param>
/// <param name="ResponseStatus">HTTP status of the latest answer; null: there was none.</param>
/// <param name="Error">Why the latest attempt failed; null when it did not.</param>
public sealed record DeliveryView(
    Guid Id,
    MessageKind Kind,
    string EventType,
    string? Title,
    Severity Severity,
    long EventCount,
    int? TargetId,
    long? ScanId,
    DeliveryStatus Status,
    int Attempt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastAttemptAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt,
    int? ResponseStatus,
    string? Error,
    string? Failure,
    bool IsFolded);

/// <summary>Words of <c>webhook_deliveries.status</c>.</summary>
public enum DeliveryStatus
{
    Pending,
    Delivered,
    Failed,
}
