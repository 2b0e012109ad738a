namespace Fixity.Alert.Webhooks;

/// <summary>What a webhook must be like before it is stored; each complaint names its field.</summary>
internal static class WebhookRules
{
    private const int MaxNameLength = 100;
    private const int MaxUrlLength = 2000;
    private const int MinSecretLength = 16;
    private const int MaxSecretLength = 256;
    private const int MaxPatterns = 50;

    /// <returns>Empty when there is nothing to complain about.</returns>
    public static Dictionary<string, string[]> Check(WebhookRequest request)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        Add("name", NameError(request.Name));
        Add("url", UrlError(request.Url));
        Add("eventIncludes", PatternsError(request.EventIncludes));
        Add("eventExcludes", PatternsError(request.EventExcludes));
        Add("retryAttempts", RangeError("retryAttempts", request.RetryAttempts, 1, 20));
        Add("retryBackoffSeconds", RangeError("retryBackoffSeconds", request.RetryBackoffSeconds, 1, 86_400));
        Add("timeoutSeconds", RangeError("timeoutSeconds", request.TimeoutSeconds, 1, 300));
        Add("secret", SecretError(request.Secret));
        return errors;

        void Add(string field, string? error)
        {
            if (error is not null)
            {
                errors.Add(field, [error]);
            }
        }
    }

    private static string? NameError(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength || name.Any(char.IsControl)
            ? $"name must have 1 to {MaxNameLength} characters, none of them a control character."
            : null;

    private static string? UrlError(string url)
    {
        if (url.Length > MaxUrlLength)
        {
            return $"url must have at most {MaxUrlLength} characters.";
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0
            || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return "url must be an absolute http or https address.";
        }

        // They would be shown to every viewer; the signature is how a receiver knows the sender.
        return uri.UserInfo.Length > 0 ? "url must not hold a user name or password." : null;
    }

    private static string? PatternsError(IReadOnlyList<string>? patterns)
    {
        if (patterns is null)
        {
            return null;
        }

        if (patterns.Count > MaxPatterns)
        {
            return $"At most {MaxPatterns} events can be listed.";
        }

        return patterns.FirstOrDefault(pattern => pattern is null || !EventTypes.IsKnownPattern(pattern)) is { } unknown
            ? $"\"{unknown}\" is not an event; known are {string.Join(", ", EventTypes.All.Order(StringComparer.Ordinal))}, "
                + "and \"file.*\" for all of a kind."
            : patterns.Contains(null!) ? "An event must be a word." : null;
    }

    private static string? RangeError(string field, int value, int least, int most) =>
        value < least || value > most ? $"{field} must be from {least} to {most}." : null;

    private static string? SecretError(string? secret) =>
        secret is null || (secret.Length is >= MinSecretLength and <= MaxSecretLength && !secret.Any(char.IsControl))
            ? null
            : $"secret must have {MinSecretLength} to {MaxSecretLength} characters, none of them a control character.";
}
