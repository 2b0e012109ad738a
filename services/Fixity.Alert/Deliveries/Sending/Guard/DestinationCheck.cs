using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Guard;

/// <summary>Refuses to save a url that the guard would not connect to, so that the person who typed it hears of it.</summary>
internal sealed class DestinationCheck(DestinationGuard guard) : IWebhookCheck
{
    public async Task<WebhookComplaint?> CheckAsync(WebhookRequest request, CancellationToken cancellation) =>
        await guard.CheckAsync(new Uri(request.Url), cancellation) is { } refusal ? new WebhookComplaint("url", refusal) : null;
}
