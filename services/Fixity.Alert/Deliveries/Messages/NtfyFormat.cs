using System.Globalization;
using System.Text;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>A message to a topic of ntfy: the text is the body, all else is headers.</summary>
internal sealed class NtfyFormat : IMessageFormat
{
    // What is longer, ntfy takes for an attached file.
    private const int MostBytes = 4096;
    private const int PathLength = 160;
    private const int MostLines = 20;

    public string Name => "ntfy";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var place = MessageWords.Place(message);
        var said = message.Events.Count == 1
            ? [EventWords.Say(message.Events[0], 400)]
            : MessageWords.Lines(message, PathLength);
        var lines = FittedLines.Of(
            said, message.EventCount, MostBytes - Encoding.UTF8.GetByteCount(place) - 2, MostLines,
            line => Encoding.UTF8.GetByteCount(line) + 1);
        var headers = new Dictionary<string, string>
        {
            ["Title"] = EncodedWords.Of(title),
            ["Priority"] = PriorityOf(message.Severity).ToString(CultureInfo.InvariantCulture),
            ["Tags"] = $"{SignOf(message)},{MessageWords.TypeOf(message)}",
            ["Markdown"] = "no",
        };
        if (message.Link is { } link)
        {
            headers["Click"] = link.AbsoluteUri;
        }

        return new WrittenMessage(title, $"{string.Join('\n', lines)}\n\n{place}", "text/plain; charset=utf-8", headers);
    }

    private static int PriorityOf(Severity severity) => severity switch
    {
        Severity.Critical => 5,
        Severity.High => 4,
        Severity.Medium => 3,
        _ => 2,
    };

    private static string SignOf(Message message) => message switch
    {
        { Kind: MessageKind.Test } => "test_tube",
        { Events: [var only] } when Condition.Of(only) is { IsOver: true } => "white_check_mark",
        { Severity: Severity.Critical } => "rotating_light",
        { Severity: Severity.High or Severity.Medium } => "warning",
        _ => "information_source",
    };
}
