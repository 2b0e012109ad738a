using Fixity.Core;

namespace Fixity.Alert.Webhooks;

/// <summary>What the audit log is told of a webhook: what somebody set, and nothing that opens a door.</summary>
/// <param name="Url">Scheme and host: the rest of a chat's address is its secret.</param>
/// <param name="Headers">Names.</param>
internal sealed record AuditedWebhook(
    string Name,
    string Url,
    bool Enabled,
    WebhookChannel Channel,
    WebhookFormat Format,
    string? Template,
    WebhookMode Mode,
    Severity MinSeverity,
    IReadOnlyList<string> EventIncludes,
    IReadOnlyList<string> EventExcludes,
    IReadOnlyList<int> Targets,
    IReadOnlyList<string> Paths,
    IReadOnlyList<string> Headers,
    MailSettings? Mail,
    int RetryAttempts,
    int RetryBackoffSeconds,
    int TimeoutSeconds)
{
    public static AuditedWebhook Of(Webhook webhook) => new(
        webhook.Name, webhook.WithoutSecretUrl().Url, webhook.Enabled, webhook.Channel, webhook.Format, webhook.Template,
        webhook.Mode, webhook.MinSeverity, webhook.EventIncludes, webhook.EventExcludes, webhook.Targets, webhook.Paths,
        webhook.Headers, webhook.Mail, webhook.RetryAttempts, webhook.RetryBackoffSeconds, webhook.TimeoutSeconds);

    /// <summary>Which of what is never shown was set; null: none.</summary>
    public static string? SecretsIn(WebhookRequest request, Webhook before)
    {
        string[] set =
        [
            .. request.Url != before.Url ? ["url"] : Array.Empty<string>(),
            .. request.Secret is not null ? ["secret"] : Array.Empty<string>(),
            .. request.Headers?.Values.Any(value => value is not null) == true ? ["headers"] : Array.Empty<string>(),
            .. request.Mail?.Password is not null ? ["password"] : Array.Empty<string>(),
        ];
        return set.Length == 0 ? null : "set: " + string.Join(", ", set);
    }
}
