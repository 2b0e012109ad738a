namespace Fixity.Alert.Webhooks;

/// <summary>What an administrator says of a webhook. A PUT replaces everything but the secret, which only changes when given.</summary>
/// <param name="EventIncludes">Events that are sent; empty: all. <c>file.*</c> stands for all of a kind.</param>
/// <param name="EventExcludes">Events that are not sent; wins over the includes.</param>
/// <param name="RetryAttempts">Attempts in all, the first included.</param>
/// <param name="RetryBackoffSeconds">Wait before the second attempt; doubles with each further one.</param>
/// <param name="TimeoutSeconds">For one attempt as a whole, the answer included.</param>
/// <param name="Secret">Key of the signature; absent: generated.</param>
public sealed record WebhookRequest(
    string Name,
    string Url,
    bool Enabled = true,
    IReadOnlyList<string>? EventIncludes = null,
    IReadOnlyList<string>? EventExcludes = null,
    int RetryAttempts = 3,
    int RetryBackoffSeconds = 60,
    int TimeoutSeconds = 30,
    string? Secret = null)
{
    /// <summary>Without the secret, wherever it is printed.</summary>
    public override string ToString() => $"webhook \"{Name}\"";
}

/// <summary>A webhook and how it fares.</summary>
/// <param name="Url">Whole for an administrator only; others see <c>scheme://host/…</c>, because the rest may be a secret.</param>
/// <param name="LastSuccessAt">Null: nothing was delivered yet.</param>
/// <param name="FailuresInARow">Deliveries since the last success whose latest attempt failed.</param>
/// <param name="Pending">Deliveries that wait for their first or next attempt.</param>
public sealed record Webhook(
    int Id,
    string Name,
    string Url,
    bool Enabled,
    IReadOnlyList<string> EventIncludes,
    IReadOnlyList<string> EventExcludes,
    int RetryAttempts,
    int RetryBackoffSeconds,
    int TimeoutSeconds,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastSuccessAt,
    int FailuresInARow,
    int Pending)
{
    internal Webhook WithoutSecretUrl() =>
        this with { Url = new Uri(Url).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + "/…" };
}

/// <summary>A new webhook: the only answer that ever holds its secret.</summary>
public sealed record WebhookCreated(
    int Id,
    string Name,
    string Url,
    bool Enabled,
    IReadOnlyList<string> EventIncludes,
    IReadOnlyList<string> EventExcludes,
    int RetryAttempts,
    int RetryBackoffSeconds,
    int TimeoutSeconds,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastSuccessAt,
    int FailuresInARow,
    int Pending,
    string Secret)
{
    internal static WebhookCreated From(Webhook webhook, string secret) => new(
        webhook.Id, webhook.Name, webhook.Url, webhook.Enabled, webhook.EventIncludes, webhook.EventExcludes,
        webhook.RetryAttempts, webhook.RetryBackoffSeconds, webhook.TimeoutSeconds, webhook.CreatedAt,
        webhook.UpdatedAt, webhook.LastSuccessAt, webhook.FailuresInARow, webhook.Pending, secret);

    /// <summary>Without the secret, wherever it is printed.</summary>
    public override string ToString() => $"webhook {Id}";
}

/// <summary>What became of a test.</summary>
/// <param name="Status">HTTP status of the answer; null: there was none, and <paramref name="Error"/> says why.</param>
/// <param name="ResponseBody">The first 2 KiB of the answer.</param>
public sealed record WebhookTestResult(
    bool Delivered, int? Status, double DurationMs, string? ResponseBody, string? Error);
