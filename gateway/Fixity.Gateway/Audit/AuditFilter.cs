using System.Globalization;

namespace Fixity.Gateway.Audit;

/// <summary>Which entries are asked for; what is null does not matter.</summary>
/// <param name="Text">Anywhere in an entry, whatever the case; <c>%</c> and <c>_</c> are just characters.</param>
internal sealed record AuditFilter(
    string? Actor, string? Action, string? Object, DateTimeOffset? Since, DateTimeOffset? Until, string? Text)
{
    private const int LongestText = 500;

    /// <returns>The filter, and all that is wrong with it.</returns>
    public static (AuditFilter Filter, Dictionary<string, string[]> Errors) Read(AuditQuery query)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var filter = new AuditFilter(
            Text(query.Actor, "actor"), Text(query.Action, "action"), Text(query.Object, "object"),
            Time(query.Since, "since"), Time(query.Until, "until"), Text(query.Q, "q"));
        if (filter is { Since: { } since, Until: { } until } && until <= since)
        {
            errors["until"] = ["until is a time after since: entries from since on and before until are given."];
        }

        return (filter, errors);

        string? Text(string? value, string name)
        {
            if (string.IsNullOrEmpty(value))
            {
                return null;
            }

            if (value.Length > LongestText || value.Contains('\0', StringComparison.Ordinal))
            {
                errors[name] = [$"{name} has at most {LongestText} characters, and none of them is NUL."];
            }

            return value;
        }

        DateTimeOffset? Time(string? value, string name)
        {
            if (string.IsNullOrEmpty(value))
            {
                return null;
            }

            if (DateTimeOffset.TryParse(
                value, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                return time;
            }

            errors[name] = [$"{name} is no time such as 2026-11-21T18:00:00Z."];
            return null;
        }
    }
}

/// <summary>The filter as it stands in an address.</summary>
/// <param name="Actor">User or <c>token:name</c>, whole.</param>
/// <param name="Action">Whole, such as <c>sign-in-failed</c>.</param>
/// <param name="Object">Whole, such as <c>target 8</c>.</param>
/// <param name="Since">RFC 3339; this moment included.</param>
/// <param name="Until">RFC 3339; this moment excluded.</param>
/// <param name="Q">Text anywhere in an entry, whatever the case.</param>
internal sealed record AuditQuery(
    string? Actor, string? Action, string? Object, string? Since, string? Until, string? Q);
