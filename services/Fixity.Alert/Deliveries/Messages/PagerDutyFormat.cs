using System.Globalization;
using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>An event of PagerDuty's Events API v2: opens an incident, or closes the one that its opposite opened.</summary>
/// <remarks>Stored without its routing key, which is the webhook's secret and is put in as it is sent.</remarks>
internal sealed class PagerDutyFormat : IMessageFormat
{
    // PagerDuty takes 512 KB in all, a summary of 1024 and a key of 255 characters; titles and keys are shorter.
    private const int ListBytes = 64 * 1024;
    private const int PathLength = 1000;
    private const int MostLines = 100;

    public string Name => "pagerduty";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var condition = message is { Kind: not MessageKind.Digest and not MessageKind.Batch, Events: [var only] }
            ? Condition.Of(only)
            : null;
        var request = new Request(
            condition is { IsOver: true } ? "resolve" : "trigger",
            KeyOf(message, condition),
            PayloadOf(message, title),
            "Fixity",
            message.Link?.AbsoluteUri,
            message.Link is { } link ? [new Link(link.AbsoluteUri, "Open in Fixity")] : null);
        return new WrittenMessage(title, MessageJson.WriteForeign(request), "application/json", NoHeaders.Instance);
    }

    private static string KeyOf(Message message, Condition? condition) => message switch
    {
        { Kind: MessageKind.Test } => "fixity:test",
        { Events: [var only] } when condition is not null => Key(only.Target, condition.Subject),
        { Events: [var only], EventCount: <= 1 } => Key(only.Target, only.Key),
        { ScanId: { } scan } => Key(message.Target, string.Create(CultureInfo.InvariantCulture, $"scan:{scan}")),
        _ => $"fixity:{message.Id}",
    };

    private static string Key(PayloadTarget? target, string subject) =>
        string.Create(CultureInfo.InvariantCulture, $"fixity:target:{target?.Id ?? 0}:{subject}");

    private static Payload PayloadOf(Message message, string title) => new(
        title,
        message.Target is { } target ? MessageWords.TargetName(target) : "Fixity",
        SeverityOf(message.Severity),
        message.At,
        message.Events is [var only] && only.Data.Text("path") is { } path ? SafeText.Path(path, PathLength) : null,
        message.Target is { } group ? MessageWords.TargetName(group) : null,
        MessageWords.TypeOf(message),
        new Details(
            message.Counts,
            FittedLines.Of(
                MessageWords.Lines(message, PathLength), message.EventCount, ListBytes, MostLines,
                line => MessageJson.SizeOf(line) + 3),
            message.ScanId,
            message.Id));

    private static string SeverityOf(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.High => "error",
        Severity.Medium => "warning",
        _ => "info",
    };

    private sealed record Request(
        string EventAction, string DedupKey, Payload Payload, string Client, string? ClientUrl, IReadOnlyList<Link>? Links)
    {
        [JsonPropertyOrder(-1)]
        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public string? RoutingKey { get; }
    }

    private sealed record Payload(
        string Summary,
        string Source,
        string Severity,
        DateTimeOffset Timestamp,
        string? Component,
        string? Group,
        string Class,
        Details CustomDetails);

    private sealed record Details(
        IReadOnlyDictionary<string, long> Counts, IReadOnlyList<string> Events, long? ScanId, Guid DeliveryId);

    private sealed record Link(string Href, string Text);
}
