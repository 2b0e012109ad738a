namespace Fixity.Alert.Deliveries.Sending;

/// <summary>What one attempt sends.</summary>
/// <param name="Payload">The text that the format wrote; exactly this is signed and sent.</param>
/// <param name="Headers">Headers that the format asks for.</param>
/// <param name="IsLastAttempt">Whether there is none after it: then something is better than nothing.</param>
internal sealed record OutgoingDelivery(
    Guid Id,
    string EventType,
    string Payload,
    string ContentType = "application/json",
    IReadOnlyDictionary<string, string>? Headers = null,
    bool IsLastAttempt = false);
