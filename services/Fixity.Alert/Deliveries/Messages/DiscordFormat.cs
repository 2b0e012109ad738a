using System.Text;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>One embed for a webhook of Discord.</summary>
/// <remarks>
/// Discord reads Markdown, mentions and links in titles and descriptions: a backslash before every mark of ASCII leaves
/// them as text, and <c>allowed_mentions</c> wakes nobody whatever stands there.
/// </remarks>
internal sealed class DiscordFormat : IMessageFormat
{
    // Of a title 256, of a description 4096, of all of an embed 6000 characters.
    private const int TitleLength = 256;
    private const int DescriptionLength = 4096;
    private const int FooterLength = 300;
    private const int PathLength = 200;
    private const int MostLines = 20;

    public string Name => "discord";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var said = message.Events.Count == 1
            ? [EventWords.Say(message.Events[0], 1000)]
            : MessageWords.Lines(message, PathLength);
        var lines = FittedLines.Of(
            said.Select(Escape), message.EventCount, DescriptionLength, MostLines, line => line.Length + 1);
        var embed = new
        {
            Title = SafeText.Cut(Escape(title), TitleLength),
            Description = string.Join('\n', lines),
            Url = message.Link?.AbsoluteUri,
            Color = ColorOf(message.Severity),
            Timestamp = message.At,
            // A footer reads no Markdown.
            Footer = new { Text = SafeText.Cut(MessageWords.Place(message), FooterLength) },
        };
        var body = MessageJson.WriteForeign(
            new { AllowedMentions = new { Parse = Array.Empty<string>() }, Embeds = new[] { embed } });
        return new WrittenMessage(title, body, "application/json", NoHeaders.Instance);
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)) && c is not (',' or '.' or '%'))
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static int ColorOf(Severity severity) => severity switch
    {
        Severity.Critical => 0xC92A2A,
        Severity.High => 0xE8590C,
        Severity.Medium => 0xF08C00,
        Severity.Low => 0x1971C2,
        _ => 0x868E96,
    };
}
