using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>An adaptive card for a Teams workflow ("when a Teams webhook request is received").</summary>
/// <remarks>
/// Text blocks read Markdown and functions like <c>{{DATE()}}</c>; so every text here is a run of a rich text block, which
/// is shown as it is, and two braces never stand side by side.
/// </remarks>
internal sealed class TeamsFormat : IMessageFormat
{
    // Teams takes 28 KB in all.
    private const int ListBytes = 20 * 1024;
    private const int RunOverheadBytes = 120;
    private const int PathLength = 200;
    private const int MostLines = 20;

    public string Name => "teams";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var items = new List<object>
        {
            Paragraph(title, weight: "bolder", size: "medium", color: ColorOf(message.Severity)),
            Paragraph(MessageWords.Place(message), isSubtle: true),
        };
        var said = message.Events.Count == 1
            ? [EventWords.Say(message.Events[0], 1000)]
            : MessageWords.Lines(message, PathLength);
        var lines = FittedLines.Of(
            said, message.EventCount, ListBytes, MostLines, line => MessageJson.SizeOf(Inert(line)) + RunOverheadBytes);
        items.AddRange(lines.Select(line => Paragraph(line)));

        var card = new Dictionary<string, object>
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["fallbackText"] = Inert(title),
            ["body"] = items,
            ["msteams"] = new { width = "Full" },
        };
        if (message.Link is { } link)
        {
            card["actions"] = new[] { new { type = "Action.OpenUrl", title = "Open in Fixity", url = link.AbsoluteUri } };
        }

        var body = MessageJson.WriteForeign(new
        {
            Type = "message",
            Attachments = new[] { new Attachment(card) },
        });
        return new WrittenMessage(title, body, "application/json", NoHeaders.Instance);
    }

    private static Paragraphs Paragraph(
        string text, string? weight = null, string? size = null, string? color = null, bool? isSubtle = null) =>
        new([new Run(Inert(text), weight, size, color, isSubtle)]);

    private static string Inert(string text) => text.Replace("{{", "{\u200B{", StringComparison.Ordinal);

    private static string ColorOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "attention",
        Severity.Medium => "warning",
        Severity.Low => "accent",
        _ => "default",
    };

    private sealed record Attachment([property: JsonPropertyName("content")] object Content)
    {
        [JsonPropertyName("contentType")]
        public string ContentType { get; } = "application/vnd.microsoft.card.adaptive";
    }

    private sealed record Paragraphs(IReadOnlyList<Run> Inlines)
    {
        public string Type { get; } = "RichTextBlock";
    }

    private sealed record Run(
        string Text,
        string? Weight,
        string? Size,
        string? Color,
        [property: JsonPropertyName("isSubtle")] bool? IsSubtle)
    {
        public string Type { get; } = "TextRun";
    }
}
