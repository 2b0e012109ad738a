using System.Globalization;
using System.Text.Json;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>What a template can name. Every member is there in every message, empty where there is nothing to say.</summary>
internal static class TemplateData
{
    private const int MostEvents = 50;
    private const int PathLength = 4096;

    // Of an event's data, those that are told as text.
    private static readonly string[] Members =
    [
        "algorithm", "oldChecksum", "newChecksum", "oldSize", "newSize", "oldMtime", "newMtime", "reason", "message",
    ];

    public static Dictionary<string, object> Of(Message message)
    {
        var events = message.Events.Take(MostEvents).Select(EventOf).ToList();
        return new Dictionary<string, object>
        {
            ["id"] = message.Id.ToString(),
            ["kind"] = message.Kind.Name(),
            ["type"] = MessageWords.TypeOf(message),
            ["title"] = MessageWords.Title(message),
            ["severity"] = message.Severity.Name(),
            ["at"] = Time(message.At),
            ["target"] = message.Target is { } target ? MessageWords.TargetName(target) : "",
            ["targetId"] = message.Target?.Id.ToString(CultureInfo.InvariantCulture) ?? "",
            ["scanId"] = message.ScanId?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["link"] = message.Link?.AbsoluteUri ?? "",
            ["count"] = message.EventCount.ToString(CultureInfo.InvariantCulture),
            ["omitted"] = Math.Max(message.EventCount - events.Count, 0).ToString(CultureInfo.InvariantCulture),
            ["isTest"] = message.Kind == MessageKind.Test,
            ["soFar"] = message.IsSoFar,
            ["counts"] = message.Counts.Select(pair => new Dictionary<string, object>
            {
                ["type"] = pair.Key,
                ["count"] = pair.Value.ToString(CultureInfo.InvariantCulture),
            }).ToList(),
            ["events"] = events,
        };
    }

    private static Dictionary<string, object> EventOf(MessageEvent told)
    {
        var data = new Dictionary<string, object>
        {
            ["key"] = told.Key,
            ["type"] = told.Type,
            ["severity"] = told.Severity.Name(),
            ["at"] = Time(told.OccurredAt),
            ["text"] = EventWords.Say(told, PathLength),
            ["target"] = told.Target is { } target ? MessageWords.TargetName(target) : "",
            ["path"] = Path(told, "path"),
            ["previousPath"] = Path(told, "previousPath"),
        };
        foreach (var name in Members)
        {
            data[name] = told.Data.Member(name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } member
                ? SafeText.Line(member.ToString())
                : "";
        }

        return data;
    }

    private static string Path(MessageEvent told, string member) =>
        told.Data.Text(member) is { } path ? SafeText.Path(path, PathLength) : "";

    private static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
