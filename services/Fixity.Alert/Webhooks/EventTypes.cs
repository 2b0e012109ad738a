using System.Collections.Frozen;

namespace Fixity.Alert.Webhooks;

/// <summary>The words of the events that a webhook can be told, and how a webhook's lists choose among them.</summary>
internal static class EventTypes
{
    /// <summary>What <c>POST /webhooks/{id}/test</c> sends. No webhook can choose it, so no receiver takes a test for an alarm.</summary>
    public const string Test = "webhook.test";

    public static readonly FrozenSet<string> All = new[]
    {
        "file.added", "file.deleted", "file.modified", "file.moved", "file.attributes", "file.corrupted",
        "file.tampered", "file.touched", "file.restored", "large_change.detected", "scan.completed", "scan.partial",
        "scan.failed", "target.offline", "target.online", "verification.stale",
    }.ToFrozenSet(StringComparer.Ordinal);

    private const string Wildcard = ".*";

    private static readonly FrozenSet<string> Kinds = All
        .Select(type => type[..type.IndexOf('.', StringComparison.Ordinal)] + Wildcard)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a webhook's list may hold it: an event, or <c>file.*</c> for all of a kind.</summary>
    public static bool IsKnownPattern(string pattern) => All.Contains(pattern) || Kinds.Contains(pattern);

    /// <summary>What is said of a word that is none of them.</summary>
    public static string Unknown(string word) =>
        $"\"{word}\" is not an event; known are {string.Join(", ", All.Order(StringComparer.Ordinal))}, "
        + "and \"file.*\" for all of a kind.";

    /// <summary>Empty includes choose everything; excludes win.</summary>
    public static bool Chooses(IReadOnlyList<string> includes, IReadOnlyList<string> excludes, string type) =>
        (includes.Count == 0 || includes.Any(pattern => Matches(pattern, type) || IsDamage(pattern, type)))
        && !excludes.Any(pattern => Matches(pattern, type));

    /// <summary>Whether a pattern stands for an event: it names it, or all of its kind.</summary>
    public static bool Matches(string pattern, string type) => pattern.EndsWith(Wildcard, StringComparison.Ordinal)
        ? type.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : string.Equals(pattern, type, StringComparison.Ordinal);

    // Who asked to be told of damage is told also when somebody did it and put the time back.
    private static bool IsDamage(string include, string type) => include == "file.corrupted" && type == "file.tampered";
}
