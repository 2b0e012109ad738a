using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>One way to hand a delivery to its receiver.</summary>
/// <remarks>What it cannot name itself (no connection, TLS, a stream that breaks off) it leaves to <see cref="DeliverySender"/>.</remarks>
internal interface IDeliveryChannel
{
    WebhookChannel Channel { get; }

    /// <summary>Of the urls that it takes.</summary>
    IReadOnlyList<string> Schemes { get; }

    Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation);
}
