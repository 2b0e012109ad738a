using System.Globalization;
using System.Text.Json;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Says one event in a line of plain words. What is in the line is inert as text; a format escapes its own marks.</summary>
internal static class EventWords
{
    /// <param name="pathLength">Longer paths are cut in the middle.</param>
    public static string Say(MessageEvent told, int pathLength)
    {
        var data = told.Data;
        return told.Type switch
        {
            "file.added" => $"{Path("path")} was added{InBrackets(Size("newSize"))}",
            "file.deleted" => $"{Path("path")} was deleted{InBrackets(Size("oldSize"))}",
            "file.modified" => $"{Path("path")} was modified{InBrackets(SizeChange(data))}",
            "file.moved" => $"{Path("previousPath")} was moved to {Path("path")}",
            "file.attributes" => $"{Path("path")} has other attributes{InBrackets(Attributes(data))}",
            "file.corrupted" => $"{Path("path")} is corrupted: {Damage(data)}",
            "file.tampered" => $"{Path("path")} was tampered with: written, and its time put back",
            "file.touched" => $"{Path("path")} has another time and the same content",
            "file.restored" => $"{Path("path")} is as it should be again",
            "large_change.detected" => $"a large change: {LargeChange(data)}",
            "scan.completed" => $"the scan is complete: {Count("filesSeen")} files seen, {Count("filesVerified")} re-read",
            "scan.partial" => $"the scan is incomplete: {Count("filesUnknown")} files unknown, "
                + $"{Count("filesUnreadable")} unreadable{Because(data)}",
            "scan.failed" => $"the scan failed{Because(data)}",
            "target.offline" => $"out of reach{Because(data)}",
            "target.online" => "within reach again",
            "verification.stale" => Verification(data),
            "webhook.test" => "messages like this one arrive here",
            _ => told.Type,
        };

        string Path(string member) => data.Text(member) is { } path ? SafeText.Path(path, pathLength) : "a file";
        string? Size(string member) => data.Number(member) is { } bytes ? Bytes(bytes) : null;
        string Count(string member) => data.Number(member) is { } count ? N(count) : "?";
    }

    /// <summary>1024-based, as the web interface writes it.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var unit = 0;
        while (bytes >= 1024 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }

    private static string N(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string InBrackets(string? text) => text is null ? "" : $" ({text})";

    private static string? SizeChange(JsonElement data) => (data.Number("oldSize"), data.Number("newSize")) switch
    {
        ({ } before, { } after) when before.Equals(after) => "the same size",
        ({ } before, { } after) => $"{Bytes(before)}, now {Bytes(after)}",
        _ => null,
    };

    private static string Damage(JsonElement data) =>
        data.Member("details")?.Member("damage") is { } damage && damage.Number("bytes") is { } bytes
            ? $"{N(bytes)} bytes differ, its size and time do not"
            : "its content differs, its size and time do not";

    private static string? Attributes(JsonElement data) =>
        data.Member("details")?.Member("attributes") is { ValueKind: JsonValueKind.Array } changes
            ? SafeText.Cut(
                string.Join(", ", changes.EnumerateArray().Select(change =>
                    $"{Word(change, "name")} {Word(change, "old")}, now {Word(change, "new")}")),
                200)
            : null;

    private static string LargeChange(JsonElement data) => (data.Text("largeChangeReason"), data.Number("measured")) switch
    {
        ("percent", { } percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} % of the files in one scan"),
        ("count", { } files) => $"{N(files)} files in one scan",
        ("bytes", { } bytes) => $"{Bytes(bytes)} in one scan",
        _ => "more than this target allows in one scan",
    };

    private static string Verification(JsonElement data) => data.Text("state") == "healed"
        ? "every file was re-read in time again"
        : $"{(data.Number("filesOverdue") is { } overdue ? N(overdue) : "some")} files were not re-read within "
            + $"{(data.Number("verifyWithinDays") is { } days ? N(days) : "the promised number of")} days";

    private static string Because(JsonElement data) => (data.Text("message") ?? data.Text("reason")) is { Length: > 0 } why
        ? ": " + SafeText.Cut(SafeText.Line(why), 300)
        : "";

    private static string Word(JsonElement change, string member) =>
        change.Text(member) is { } word ? SafeText.Cut(SafeText.Line(word), 80) : "unknown";
}

/// <summary>Reads members that may be absent, null or of another kind: what an event's data holds depends on its type.</summary>
internal static class EventData
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    public static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } member ? member.GetDouble() : null;
}
