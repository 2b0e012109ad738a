using System.Collections.Frozen;
using System.Text.Json;
using Fixity.Alert.Webhooks;
using Fixity.Core;

namespace Fixity.Alert.Severities;

/// <summary>How much each event matters where nobody said otherwise.</summary>
internal static class EventSeverities
{
    private const string FilePrefix = "file.";

    private static readonly FrozenDictionary<string, Severity> OfTargets = new Dictionary<string, Severity>
    {
        ["scan.failed"] = Severity.High,
        ["target.offline"] = Severity.High,
        ["large_change.detected"] = Severity.High,
        ["scan.partial"] = Severity.Medium,
        ["verification.stale"] = Severity.Medium,
        ["scan.completed"] = Severity.Info,
        ["target.online"] = Severity.Info,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Each event that a webhook can be told, and its severity.</summary>
    public static IReadOnlyDictionary<string, Severity> All { get; } =
        EventTypes.All.ToDictionary(type => type, Of, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A word that this version does not know.</exception>
    public static Severity Of(string type)
    {
        if (OfTargets.TryGetValue(type, out var severity))
        {
            return severity;
        }

        return type.StartsWith(FilePrefix, StringComparison.Ordinal)
            && ChangeTypes.TryParse(type[FilePrefix.Length..], out var change)
            ? change.Severity()
            : throw new InvalidOperationException($"\"{type}\" is not an event that this version knows.");
    }

    /// <param name="details">What a target's event says beyond its type.</param>
    public static Severity Of(string type, JsonElement details) =>
        type == "verification.stale" && Word(details, "state") == "healed" ? Severity.Info : Of(type);

    /// <summary>A word of the details; null: there is none.</summary>
    public static string? Word(JsonElement details, string name) =>
        details.ValueKind == JsonValueKind.Object && details.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
