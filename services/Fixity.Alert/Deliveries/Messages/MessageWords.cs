using System.Globalization;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Says a whole message for people: its title, and a line for each of its events.</summary>
internal static class MessageWords
{
    private const int TitleLength = 200;
    private const int TitlePathLength = 100;
    private const int NameLength = 80;

    // In the order in which a title names them.
    private static readonly (string Type, string Word)[] FileWords =
    [
        ("file.corrupted", "corrupted"), ("file.tampered", "tampered with"), ("file.deleted", "deleted"),
        ("file.modified", "modified"), ("file.added", "added"), ("file.moved", "moved"),
        ("file.attributes", "with other attributes"), ("file.touched", "touched"), ("file.restored", "restored"),
    ];

    private static readonly (string Type, string Word)[] OtherWords =
    [
        ("target.offline", "out of reach"), ("scan.failed", "scan failed"), ("scan.partial", "scan incomplete"),
        ("large_change.detected", "large change"), ("verification.stale", "verification overdue"),
        ("target.online", "within reach again"), ("scan.completed", "scan complete"),
    ];

    /// <summary>One line without control characters: of which target, and what.</summary>
    public static string Title(Message message)
    {
        var what = message is { EventCount: <= 1, Events: [var only] } ? EventWords.Say(only, TitlePathLength) : Totals(message);
        var about = message.Target is null ? what : $"{TargetName(message.Target)}: {what}";
        return SafeText.Cut(message.Kind == MessageKind.Test ? $"Test: {about}" : about, TitleLength);
    }

    /// <summary>What happened how often, the worst first: <c>2 files corrupted, 331 deleted, scan incomplete</c>.</summary>
    public static string Totals(Message message)
    {
        var parts = new List<string>();
        foreach (var (type, word) in FileWords)
        {
            if (message.Counts.TryGetValue(type, out var count) && count > 0)
            {
                var files = parts.Count > 0 ? "" : count == 1 ? " file" : " files";
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0}{files} {word}"));
            }
        }

        foreach (var (type, word) in OtherWords)
        {
            if (message.Counts.TryGetValue(type, out var count) && count > 0)
            {
                parts.Add(count == 1 ? word : string.Create(CultureInfo.InvariantCulture, $"{count:N0} × {word}"));
            }
        }

        var totals = parts.Count == 0 ? "nothing happened" : string.Join(", ", parts);
        return message.IsSoFar ? totals + " so far; the scan goes on" : totals;
    }

    /// <summary>A line for each event at hand. It names the target where the message is not about one.</summary>
    public static IEnumerable<string> Lines(Message message, int pathLength) =>
        message.Events.Select(told => message.Target is null && told.Target is { } target
            ? $"{TargetName(target)}: {EventWords.Say(told, pathLength)}"
            : EventWords.Say(told, pathLength));

    /// <summary>How bad, where, when: <c>Critical · archive · scan 17 · 2026-11-21 15:22 UTC</c>.</summary>
    public static string Place(Message message) => string.Join(" · ", new[]
    {
        Heading(message.Severity),
        message.Target is { } target ? TargetName(target) : null,
        message.ScanId is { } scan ? string.Create(CultureInfo.InvariantCulture, $"scan {scan}") : null,
        message.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
    }.OfType<string>());

    public static string Heading(Severity severity) => severity switch
    {
        Severity.Critical => "Critical",
        Severity.High => "High",
        Severity.Medium => "Medium",
        Severity.Low => "Low",
        _ => "Info",
    };

    public static string TargetName(PayloadTarget target) => target.Name is { } name
        ? SafeText.Cut(SafeText.Line(name), NameLength)
        : string.Create(CultureInfo.InvariantCulture, $"target {target.Id}");

    /// <summary>The type of the one event; of several, the kind: <c>batch</c>, <c>digest</c>, <c>test</c>.</summary>
    public static string TypeOf(Message message) =>
        message is { Kind: MessageKind.Event, Events: [var only] } ? only.Type : Name(message.Kind);

    /// <summary>As it is stored and sent.</summary>
    public static string Name(this MessageKind kind) => kind switch
    {
        MessageKind.Event => "event",
        MessageKind.Batch => "batch",
        MessageKind.Digest => "digest",
        MessageKind.Test => "test",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of message"),
    };
}
