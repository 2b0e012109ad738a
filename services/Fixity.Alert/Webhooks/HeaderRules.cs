using System.Buffers;

namespace Fixity.Alert.Webhooks;

/// <summary>Which headers of its own a webhook may send: none that could break out of its line, or speak for Fixity.</summary>
internal static class HeaderRules
{
    private const int MaxHeaders = 20;
    private const int MaxNameLength = 100;
    private const int MaxValueLength = 4096;

    // RFC 9110, 5.6.2.
    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] Ours =
    [
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "X-Signature",
        "Proxy-Connection",
    ];

    private static readonly string[] OurPrefixes = ["Content-", "X-Fixity-", "Proxy-"];

    public static string? Error(WebhookChannel channel, IReadOnlyDictionary<string, string?>? headers)
    {
        if (headers is null or { Count: 0 })
        {
            return null;
        }

        if (channel != WebhookChannel.Http)
        {
            return "Only channel http has headers.";
        }

        if (headers.Count > MaxHeaders)
        {
            return $"At most {MaxHeaders} headers can be given.";
        }

        if (headers.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < headers.Count)
        {
            return "A header can be given once.";
        }

        return headers.Select(header => NameError(header.Key) ?? ValueError(header.Key, header.Value))
            .FirstOrDefault(error => error is not null);
    }

    private static string? NameError(string name)
    {
        if (name.Length is 0 or > MaxNameLength || name.AsSpan().ContainsAnyExcept(Token))
        {
            return $"A header's name must have 1 to {MaxNameLength} letters, digits or hyphens.";
        }

        return Ours.Contains(name, StringComparer.OrdinalIgnoreCase)
            || OurPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ? $"Header {name} is Fixity's own to set."
            : null;
    }

    private static string? ValueError(string name, string? value) =>
        value is null || (value.Length is > 0 and <= MaxValueLength && value.All(c => c is >= ' ' and < '\x7f'))
            ? null
            : $"The value of header {name} must have 1 to {MaxValueLength} printable ASCII characters.";
}
