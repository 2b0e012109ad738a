using System.Globalization;
using System.Text.Json.Serialization;
using Fixity.Alert.Severities;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Alerts for Prometheus' Alertmanager (<c>POST /api/v2/alerts</c>): one for what stays wrong, one for each kind of the rest.</summary>
/// <remarks>
/// Labels are what an alert is known and routed by, so they come from small sets: no path is among them. An alert ends by
/// itself, because it is told once and not, as Prometheus does, over and over.
/// </remarks>
internal sealed class AlertmanagerFormat : IMessageFormat
{
    private const int MostConditions = 64;
    private const int PathLength = 1000;
    private const int DescribedLines = 10;

    // Of one that is not at hand nothing is known to end; and good news fires nothing.
    private static readonly string[] Endings = ["file.restored", "scan.completed", "target.online"];

    private static readonly TimeSpan ConditionLasts = TimeSpan.FromDays(30);
    private static readonly TimeSpan MomentLasts = TimeSpan.FromHours(1);
    private static readonly TimeSpan TestLasts = TimeSpan.FromMinutes(5);

    public string Name => "alertmanager";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var alerts = new List<Alert>();
        var conditions = message.Events.Select(told => (Told: told, Condition: Condition.Of(told)))
            .Where(pair => pair.Condition is not null).Take(MostConditions).ToList();
        foreach (var (told, condition) in conditions)
        {
            alerts.AddRange(OfCondition(message, told, condition!));
        }

        foreach (var (type, count) in message.Counts)
        {
            var told = conditions.Count(pair => pair.Told.Type == type);
            if (count > told && !Endings.Contains(type))
            {
                alerts.Add(OfMoments(message, type, count - told));
            }
        }

        return new WrittenMessage(
            MessageWords.Title(message), MessageJson.WriteForeign(alerts), "application/json", NoHeaders.Instance);
    }

    private static IEnumerable<Alert> OfCondition(Message message, MessageEvent told, Condition condition)
    {
        var said = EventWords.Say(told, PathLength);
        if (!condition.IsOver)
        {
            var lasts = message.Kind == MessageKind.Test ? TestLasts : ConditionLasts;
            return
            [
                new Alert(
                    Labels(message, told.Target, condition.Name, told.Severity, condition.Subject),
                    Annotations(said, null), told.OccurredAt, told.OccurredAt + lasts, message.Link?.AbsoluteUri),
            ];
        }

        // The severity is a label, and it may have been told with any: one of these is the alert that fires.
        return Enum.GetValues<Severity>().Select(severity => new Alert(
            Labels(message, told.Target, condition.Name, severity, condition.Subject),
            Annotations(said, null), null, told.OccurredAt, message.Link?.AbsoluteUri));
    }

    private static Alert OfMoments(Message message, string type, long count)
    {
        var told = message.Events.Where(e => e.Type == type).ToList();
        var severity = told.Count > 0 ? told.Max(e => e.Severity) : EventSeverities.Of(type);
        var lines = FittedLines.Of(
            told.Select(e => EventWords.Say(e, PathLength)), count, int.MaxValue, DescribedLines, _ => 1);
        var summary = count == 1 && told is [var only]
            ? EventWords.Say(only, PathLength)
            : MessageWords.Totals(message with { Counts = new Dictionary<string, long> { [type] = count } });
        var lasts = message.Kind == MessageKind.Test ? TestLasts : MomentLasts;
        return new Alert(
            Labels(message, message.Target, NameOf(type), severity, null),
            Annotations(summary, told.Count > 1 ? string.Join('\n', lines) : null),
            message.At, message.At + lasts, message.Link?.AbsoluteUri);
    }

    private static Dictionary<string, string> Labels(
        Message message, PayloadTarget? target, string name, Severity severity, string? subject)
    {
        var labels = new Dictionary<string, string>
        {
            ["alertname"] = name,
            ["severity"] = severity.Name(),
            ["service"] = "fixity",
        };
        if (target is not null)
        {
            labels["target"] = MessageWords.TargetName(target);
            labels["target_id"] = target.Id.ToString(CultureInfo.InvariantCulture);
        }

        if (subject is not null)
        {
            labels["subject"] = subject;
        }

        if (message.Kind == MessageKind.Test)
        {
            labels["test"] = "true";
        }

        return labels;
    }

    private static Dictionary<string, string> Annotations(string summary, string? description)
    {
        var annotations = new Dictionary<string, string> { ["summary"] = summary };
        if (description is not null)
        {
            annotations["description"] = description;
        }

        return annotations;
    }

    /// <summary><c>file.deleted</c> is FixityFileDeleted.</summary>
    private static string NameOf(string type) => "Fixity" + string.Concat(
        type.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private sealed record Alert(
        IReadOnlyDictionary<string, string> Labels,
        IReadOnlyDictionary<string, string> Annotations,
        [property: JsonPropertyName("startsAt")] DateTimeOffset? StartsAt,
        [property: JsonPropertyName("endsAt")] DateTimeOffset EndsAt,
        [property: JsonPropertyName("generatorURL")] string? GeneratorUrl);
}
