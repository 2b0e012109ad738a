using Fixity.Core.Patterns;

namespace Fixity.Alert.Webhooks;

/// <summary>What a webhook must be like before it is stored; each complaint names its field.</summary>
internal static class WebhookRules
{
    private const int MaxNameLength = 100;
    private const int MaxUrlLength = 2000;
    private const int MinSecretLength = 16;
    private const int MaxSecretLength = 256;
    private const int MaxPatterns = 50;
    private const int MaxPatternLength = 1000;
    private const int MaxTargets = 500;
    private const int MaxTemplateLength = 16 * 1024;

    /// <returns>Empty when there is nothing to complain about.</returns>
    public static Dictionary<string, string[]> Check(WebhookRequest request)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        Add("name", NameError(request.Name));
        Add("url", UrlError(request.Url, request.Channel));
        Add("eventIncludes", EventsError(request.EventIncludes));
        Add("eventExcludes", EventsError(request.EventExcludes));
        Add("retryAttempts", RangeError("retryAttempts", request.RetryAttempts, 1, 20));
        Add("retryBackoffSeconds", RangeError("retryBackoffSeconds", request.RetryBackoffSeconds, 1, 86_400));
        Add("timeoutSeconds", RangeError("timeoutSeconds", request.TimeoutSeconds, 1, 300));
        Add("secret", SecretError(request.Secret));
        Add("format", FormatError(request.Channel, request.FormatOrDefault));
        Add("template", TemplateError(request.FormatOrDefault, request.Template));
        Add("targets", TargetsError(request.Targets));
        Add("paths", PathsError(request.Paths));
        Add("headers", HeaderRules.Error(request.Channel, request.Headers));
        Add("mail", MailRules.Error(request));
        return errors;

        void Add(string field, string? error)
        {
            if (error is not null)
            {
                errors.Add(field, [error]);
            }
        }
    }

    /// <summary>What is kept unseen must be there, and goes to nobody but whom it was given for.</summary>
    public static void CheckKept(WebhookRequest request, Webhook? before, Dictionary<string, string[]> errors)
    {
        var isElsewhere = before is not null && !IsSamePlace(before.Url, request.Url);
        var kept = request.Headers is null
            ? before?.Headers ?? []
            : [.. request.Headers.Where(header => header.Value is null).Select(header => header.Key)];
        var unknown = kept.FirstOrDefault(name => before?.Headers.Contains(name, StringComparer.OrdinalIgnoreCase) is not true);
        if (unknown is not null)
        {
            errors.Add("headers", [$"Header {unknown} has no value yet: give one."]);
        }
        else if (kept.Count > 0 && isElsewhere)
        {
            errors.Add("headers", [
                "The url leads to another server now, so the saved values of headers are not sent there: give them again."]);
        }

        if (request.Mail is { UserName: not null, Password: null })
        {
            if (before?.Mail is not { HasPassword: true })
            {
                errors.Add("mail", ["A user name needs a password."]);
            }
            else if (isElsewhere)
            {
                errors.Add("mail", [
                    "The url leads to another server now, so the saved password is not sent there: give it again."]);
            }
        }

        if (request.FormatOrDefault == WebhookFormat.Pagerduty && request.Secret is null
            && RoutingKeyError(before, isElsewhere) is { } missing)
        {
            errors.Add("secret", [missing]);
        }
    }

    // It is the one secret that is sent as it is: what was a key of signatures must not become one.
    private static string? RoutingKeyError(Webhook? before, bool isElsewhere) => before?.Format switch
    {
        not WebhookFormat.Pagerduty => "PagerDuty needs the routing key of its integration.",
        _ when isElsewhere => "The url leads to another server now, so the saved routing key is not sent there: give it again.",
        _ => null,
    };

    internal static string? PathsError(IReadOnlyList<string>? paths)
    {
        if (paths is null or [])
        {
            return null;
        }

        if (paths.Count > MaxPatterns || paths.Any(path => path is null or { Length: 0 or > MaxPatternLength }))
        {
            return $"At most {MaxPatterns} patterns of 1 to {MaxPatternLength} characters can be listed.";
        }

        return PathFilter.TryCreate(paths, [], out _, out var error)
            ? null
            : $"\"{error.Pattern}\" is not a pattern: {error.Reason}.";
    }

    private static bool IsSamePlace(string before, string now) =>
        Uri.Compare(
            new Uri(before), new Uri(now), UriComponents.SchemeAndServer, UriFormat.UriEscaped,
            StringComparison.OrdinalIgnoreCase) == 0;

    private static string? NameError(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength || name.Any(char.IsControl)
            ? $"name must have 1 to {MaxNameLength} characters, none of them a control character."
            : null;

    private static string? UrlError(string url, WebhookChannel channel)
    {
        if (url.Length > MaxUrlLength)
        {
            return $"url must have at most {MaxUrlLength} characters.";
        }

        string[] schemes = channel switch
        {
            WebhookChannel.Smtp => ["smtp", "smtps"],
            WebhookChannel.Syslog => ["syslog", "syslogs"],
            _ => ["http", "https"],
        };
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || !schemes.Contains(uri.Scheme)
            || uri.Host.Length == 0
            || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return $"url must be an absolute {schemes[0]} or {schemes[1]} address.";
        }

        if (channel != WebhookChannel.Http && (uri.PathAndQuery is not ("" or "/") || uri.Fragment.Length > 0))
        {
            return $"url must be {uri.Scheme}://host or {uri.Scheme}://host:port, and nothing behind it.";
        }

        // They would be shown to every viewer; the signature is how a receiver knows the sender.
        return uri.UserInfo.Length > 0 ? "url must not hold a user name or password." : null;
    }

    private static string? EventsError(IReadOnlyList<string>? patterns)
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
            ? EventTypes.Unknown(unknown)
            : patterns.Contains(null!) ? "An event must be a word." : null;
    }

    private static string? FormatError(WebhookChannel channel, WebhookFormat format)
    {
        var fits = channel == WebhookChannel.Http
            ? format is not (WebhookFormat.Mail or WebhookFormat.Syslog)
            : format == channel.DefaultFormat();
        return fits ? null : $"Channel {channel.Word()} does not carry format {format.Word()}.";
    }

    private static string? TemplateError(WebhookFormat format, string? template) => (format, template) switch
    {
        (WebhookFormat.Template, null or { Length: 0 or > MaxTemplateLength }) =>
            $"Format template needs a template of 1 to {MaxTemplateLength} characters.",
        (not WebhookFormat.Template, not null) => "Only format template has a template.",
        (_, { } text) when text.Contains('\0', StringComparison.Ordinal) => "template must not hold a zero byte.",
        _ => null,
    };

    private static string? TargetsError(IReadOnlyList<int>? targets) =>
        targets is not null && (targets.Count > MaxTargets || targets.Any(id => id < 1))
            ? $"targets must be at most {MaxTargets} ids of targets."
            : null;

    private static string? RangeError(string field, int value, int least, int most) =>
        value < least || value > most ? $"{field} must be from {least} to {most}." : null;

    private static string? SecretError(string? secret) =>
        secret is null || (secret.Length is >= MinSecretLength and <= MaxSecretLength && !secret.Any(char.IsControl))
            ? null
            : $"secret must have {MinSecretLength} to {MaxSecretLength} characters, none of them a control character.";
}
