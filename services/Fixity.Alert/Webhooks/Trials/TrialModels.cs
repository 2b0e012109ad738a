namespace Fixity.Alert.Webhooks.Trials;

/// <summary>What to try: a saved webhook, settings that are not saved, or both: then what they leave unsaid (the secret,
/// values of headers, the password) is the saved webhook's.</summary>
/// <param name="Id">Of a saved webhook.</param>
/// <param name="Events">Of which a sample is sent; absent: of each that it would be told. <c>webhook.test</c> is a word of
/// greeting.</param>
public sealed record WebhookTestRequest(int? Id = null, WebhookRequest? Webhook = null, IReadOnlyList<string>? Events = null);

/// <summary>What became of all samples.</summary>
/// <param name="Delivered">All of them arrived.</param>
/// <param name="Summary">The same in words.</param>
public sealed record WebhookTestReport(bool Delivered, string Summary, IReadOnlyList<WebhookTestResult> Samples);

/// <summary>What became of one sample.</summary>
/// <param name="Summary">The same in words.</param>
/// <param name="Status">Status of the answer; null: there was none, and <paramref name="Error"/> says why.</param>
/// <param name="ResponseBody">The first 2 KiB of the answer.</param>
public sealed record WebhookTestResult(
    string Event, bool Delivered, string Summary, int? Status, double DurationMs, string? ResponseBody, string? Error);
