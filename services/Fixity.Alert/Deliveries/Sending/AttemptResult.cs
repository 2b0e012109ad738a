namespace Fixity.Alert.Deliveries.Sending;

/// <summary>What one attempt came to.</summary>
/// <param name="ResponseStatus">HTTP status or SMTP reply code; null: there was no answer.</param>
/// <param name="Error">For people; null when it was delivered.</param>
/// <param name="RetryAfter">What the receiver asked for, if it did.</param>
internal sealed record AttemptResult(
    AttemptOutcome Outcome, int? ResponseStatus, string? ResponseBody, string? Error, TimeSpan? RetryAfter = null)
{
    public static AttemptResult Delivered(int? status, string? body) => new(AttemptOutcome.Delivered, status, body, null);

    public static AttemptResult NoAnswer(string error) => new(AttemptOutcome.Retryable, null, null, error);

    /// <summary>Nothing was sent, and the settings have to change before anything is.</summary>
    public static AttemptResult Unsendable(string error) => new(AttemptOutcome.Refused, null, null, error);
}

internal enum AttemptOutcome
{
    Delivered,

    /// <summary>May go better later: no answer, 408, 429, 5xx; of mail 4xx.</summary>
    Retryable,

    /// <summary>Will not: any other answer.</summary>
    Refused,

    /// <summary>HTTP 410: the receiver wants nothing more, ever.</summary>
    Gone,

    /// <summary>Nothing was sent: the address is one that a webhook may not reach.</summary>
    Blocked,
}
