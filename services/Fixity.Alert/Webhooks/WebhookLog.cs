namespace Fixity.Alert.Webhooks;

/// <summary>Log messages of the webhooks' settings. Event ids 5000–5019. Never a url: its path may be a key.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(5000, LogLevel.Information, "Webhook {WebhookId} created by {Caller}")]
    public static partial void WebhookCreated(this ILogger logger, int webhookId, string caller);

    [LoggerMessage(5001, LogLevel.Information, "Webhook {WebhookId} replaced by {Caller}")]
    public static partial void WebhookReplaced(this ILogger logger, int webhookId, string caller);

    [LoggerMessage(5002, LogLevel.Information, "Webhook {WebhookId} deleted by {Caller}")]
    public static partial void WebhookDeleted(this ILogger logger, int webhookId, string caller);

    [LoggerMessage(5003, LogLevel.Information, "Webhook {WebhookId} tried by {Caller}; 0: one that is not saved")]
    public static partial void WebhookTried(this ILogger logger, int webhookId, string caller);
}
