using System.Diagnostics.CodeAnalysis;
using Fixity.Core;

namespace Fixity.Alert.Webhooks;

/// <summary>What an administrator says of a webhook. A PUT replaces everything but what is never shown (the secret, the
/// values of headers, the password), which only changes when given.</summary>
/// <param name="Url">https and http; <c>smtp</c> (587 unless it says otherwise) and <c>smtps</c> (465); <c>syslog</c>
/// (601) and <c>syslogs</c> (6514): as the channel is.</param>
/// <param name="EventIncludes">Events that are sent; empty: all. <c>file.*</c> stands for all of a kind.</param>
/// <param name="EventExcludes">Events that are not sent; wins over the includes.</param>
/// <param name="RetryAttempts">Attempts in all, the first included.</param>
/// <param name="RetryBackoffSeconds">Wait before the second attempt; doubles with each further one.</param>
/// <param name="TimeoutSeconds">For one attempt as a whole, the answer included.</param>
/// <param name="Secret">Key of the signature, and the routing key of format <c>pagerduty</c>; absent: generated.</param>
/// <param name="Format">Absent: what the channel is read with (<c>fixity</c>, <c>mail</c>, <c>syslog</c>).</param>
/// <param name="Template">Of format <c>template</c>.</param>
/// <param name="MinSeverity">What matters less is not sent.</param>
/// <param name="Targets">Ids of those it is told of; empty: all.</param>
/// <param name="Paths">Patterns in gitignore syntax: of which files it is told; empty: all. What is about no file passes.</param>
/// <param name="Headers">By name, of the requests of channel <c>http</c>. A null value keeps what was saved under that
/// name; what is not named goes. Absent: all stay as they are.</param>
/// <param name="Mail">Of channel <c>smtp</c>.</param>
public sealed record WebhookRequest(
    string Name,
    string Url,
    bool Enabled = true,
    IReadOnlyList<string>? EventIncludes = null,
    IReadOnlyList<string>? EventExcludes = null,
    int RetryAttempts = 3,
    int RetryBackoffSeconds = 60,
    int TimeoutSeconds = 30,
    string? Secret = null,
    WebhookChannel Channel = WebhookChannel.Http,
    WebhookFormat? Format = null,
    string? Template = null,
    WebhookMode Mode = WebhookMode.Digest,
    Severity MinSeverity = Severity.Info,
    IReadOnlyList<int>? Targets = null,
    IReadOnlyList<string>? Paths = null,
    IReadOnlyDictionary<string, string?>? Headers = null,
    MailRequest? Mail = null)
{
    internal WebhookFormat FormatOrDefault => Format ?? Channel.DefaultFormat();

    /// <summary>Without the secret, wherever it is printed.</summary>
    public override string ToString() => $"webhook \"{Name}\"";
}

/// <summary>How a mail is handed in and to whom it goes.</summary>
/// <param name="Security">Absent: <c>tls</c> with smtps, else <c>starttls</c>. <c>none</c> sends in the clear.</param>
/// <param name="UserName">Absent: the server asks for none.</param>
/// <param name="Password">Absent: the one that was saved, as long as there is a user name.</param>
public sealed record MailRequest(
    string From,
    IReadOnlyList<string> To,
    MailSecurity? Security = null,
    string? UserName = null,
    string? Password = null)
{
    /// <summary>Without the password, wherever it is printed.</summary>
    public override string ToString() => $"mail from {From}";
}

/// <summary>A webhook and how it fares.</summary>
public record Webhook
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Whole for an administrator only; others see <c>scheme://host/…</c>, because the rest may be a secret.</summary>
    public required string Url { get; init; }

    public required bool Enabled { get; init; }

    public required WebhookChannel Channel { get; init; }

    public required WebhookFormat Format { get; init; }

    public required string? Template { get; init; }

    public required WebhookMode Mode { get; init; }

    public required Severity MinSeverity { get; init; }

    public required IReadOnlyList<string> EventIncludes { get; init; }

    public required IReadOnlyList<string> EventExcludes { get; init; }

    public required IReadOnlyList<int> Targets { get; init; }

    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Names; the values are never shown.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    public required MailSettings? Mail { get; init; }

    public required int RetryAttempts { get; init; }

    public required int RetryBackoffSeconds { get; init; }

    public required int TimeoutSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the service itself disabled it; null: it did not.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }

    public required string? DisabledReason { get; init; }

    /// <summary>Null: nothing was delivered yet.</summary>
    public required DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>Deliveries since the last success whose latest attempt failed.</summary>
    public required int FailuresInARow { get; init; }

    public required WebhookBacklog Backlog { get; init; }

    /// <summary>Null: nothing was tried yet.</summary>
    public required WebhookAttempt? LastAttempt { get; init; }

    internal Webhook WithoutSecretUrl() =>
        this with { Url = new Uri(Url).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + "/…" };
}

/// <summary>What waits for its first or next attempt.</summary>
/// <param name="Pending">Deliveries.</param>
/// <param name="OldestAt">When the oldest of them was made; null: there is none.</param>
/// <param name="Gathering">Events that wait for the rest of their batch or digest.</param>
/// <param name="Folded">Events that were too many to wait one by one: they are told as a sum.</param>
public sealed record WebhookBacklog(int Pending, DateTimeOffset? OldestAt, long Gathering, long Folded);

/// <param name="Outcome">delivered, retrying, failed or blocked.</param>
/// <param name="ResponseStatus">Null: there was no answer.</param>
/// <param name="Error">Null: there was none.</param>
public sealed record WebhookAttempt(
    DateTimeOffset StartedAt, int DurationMs, string Outcome, int? ResponseStatus, string? Error);

/// <summary>How a mail is handed in and to whom it goes, as it is stored and shown.</summary>
/// <param name="HasPassword">The password itself is never shown.</param>
public sealed record MailSettings(
    string From, IReadOnlyList<string> To, MailSecurity Security, string? UserName, bool HasPassword);

/// <summary>A new webhook: the only answer that ever holds its secret.</summary>
public sealed record WebhookCreated : Webhook
{
    [SetsRequiredMembers]
    internal WebhookCreated(Webhook webhook, string secret)
        : base(webhook) => Secret = secret;

    public required string Secret { get; init; }
}
