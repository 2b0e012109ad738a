using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Refuses to save a template that fails on a sample, so that the person who wrote it hears of it.</summary>
internal sealed class TemplateCheck : IWebhookCheck
{
    public Task<WebhookComplaint?> CheckAsync(WebhookRequest request, CancellationToken cancellation) => Task.FromResult(
        request is { FormatOrDefault: WebhookFormat.Template, Template: { } template } && TemplateFormat.Check(template) is { } wrong
            ? new WebhookComplaint("template", wrong)
            : (WebhookComplaint?)null);
}
