using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries;

/// <summary>A message for one webhook, written in its form and ready to be stored.</summary>
/// <param name="Key">Names it for its webhook: a second one of the same name is none.</param>
/// <param name="Folded">What it sums up, of deliveries that were too many to wait; null: of none.</param>
internal sealed record NewDelivery(
    int WebhookId, string Key, Message Message, DateTimeOffset FirstEventAt, WrittenMessage Written, string? Folded = null)
{
    /// <summary>Of one event its type; else the kind's word.</summary>
    public string EventType => Message is { Kind: MessageKind.Event, Events: [var only] } ? only.Type : Message.Kind.Word();
}
