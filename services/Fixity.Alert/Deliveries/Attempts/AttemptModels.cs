namespace Fixity.Alert.Deliveries.Attempts;

/// <summary>One try to send one delivery.</summary>
/// <param name="Attempt">Number of it, of its delivery, from 1.</param>
/// <param name="Title">Of the delivery: one line, for people.</param>
/// <param name="ResponseStatus">HTTP status or SMTP reply code; null: there was no answer.</param>
/// <param name="ResponseBody">The first 2 KiB of the answer, for an administrator; null for others, and when there was none.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record AttemptView(
    long Id,
    Guid DeliveryId,
    string EventType,
    string? Title,
    int Attempt,
    DateTimeOffset StartedAt,
    int DurationMs,
    AttemptEndWord Outcome,
    int? ResponseStatus,
    string? ResponseBody,
    string? Error);

/// <summary>Words of <c>delivery_attempts.outcome</c>.</summary>
public enum AttemptEndWord
{
    Delivered,
    Retrying,
    Failed,

    /// <summary>Nothing was sent: the address is one that a webhook may not reach.</summary>
    Blocked,
}
