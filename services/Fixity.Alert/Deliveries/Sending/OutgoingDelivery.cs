namespace Fixity.Alert.Deliveries.Sending;

/// <summary>What one attempt sends.</summary>
/// <param name="Payload">Exactly the text that is signed and sent.</param>
internal sealed record OutgoingDelivery(Guid Id, string EventType, string Payload);

/// <summary>What one attempt came to.</summary>
/// <param name="ResponseStatus">Null: there was no answer.</param>
/// <param name="Error">For people; null when it was delivered.</param>
/// <param name="RetryAfter">What the receiver asked for, if it did.</param>
internal sealed record AttemptResult(
    AttemptOutcome Outcome, int? ResponseStatus, string? ResponseBody, string? Error, TimeSpan? RetryAfter = null);

internal enum AttemptOutcome
{
    Delivered,

    /// <summary>May go better later: no answer, 408, 429, 5xx.</summary>
    Retryable,

    /// <summary>Will not: any other answer.</summary>
    Final,

    /// <summary>Nothing was sent: the address is one that a webhook may not reach.</summary>
    Blocked,
}
