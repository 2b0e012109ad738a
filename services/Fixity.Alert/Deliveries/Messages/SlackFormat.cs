namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Blocks for an incoming webhook of Slack.</summary>
/// <remarks>
/// What others chose stands in <c>plain_text</c> alone, where Slack reads no marks, links, mentions or emoji; only our
/// own link is mrkdwn. The three characters that Slack's parser takes as its own are spelled as entities everywhere.
/// </remarks>
internal sealed class SlackFormat : IMessageFormat
{
    // Of a header 150, of a section's text 3000, both as Slack counts them.
    private const int HeaderLength = 150;
    private const int SectionLength = 3000;
    private const int PathLength = 200;
    private const int MostLines = 20;

    public string Name => "slack";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var blocks = new List<object>
        {
            new { Type = "header", Text = Plain(Escape(title, HeaderLength)) },
        };
        if (message.Events.Count > 1)
        {
            var lines = FittedLines.Of(
                MessageWords.Lines(message, PathLength).Select(line => Escape(line)), message.EventCount, SectionLength, MostLines,
                line => line.Length + 1);
            blocks.Add(new { Type = "section", Text = Plain(string.Join('\n', lines)) });
        }
        else if (message.Events is [var only])
        {
            blocks.Add(new { Type = "section", Text = Plain(Escape(EventWords.Say(only, 1000), SectionLength)) });
        }

        blocks.Add(new { Type = "context", Elements = Context(message) });
        // Shown where blocks are not: in notifications.
        var body = MessageJson.WriteForeign(new { Text = Escape(title), Mrkdwn = false, Blocks = blocks });
        return new WrittenMessage(title, body, "application/json", NoHeaders.Instance);
    }

    private static List<object> Context(Message message)
    {
        var elements = new List<object> { Plain(Escape(MessageWords.Place(message))) };
        if (message.Link is { } link)
        {
            elements.Add(new { Type = "mrkdwn", Text = $"<{Escape(link.AbsoluteUri)}|Open in Fixity>" });
        }

        return elements;
    }

    private static object Plain(string text) => new { Type = "plain_text", Text = text, Emoji = false };

    // Cut before it is escaped: no entity is left in halves.
    private static string Escape(string text, int most)
    {
        var room = most - 1;
        var length = 0;
        while (length < text.Length && room >= SizeOf(text[length]))
        {
            room -= SizeOf(text[length]);
            length++;
        }

        return Escape(length < text.Length ? SafeText.Cut(text, length + 1) : text);

        static int SizeOf(char c) => c switch
        {
            '&' => "&amp;".Length,
            '<' or '>' => "&lt;".Length,
            _ => 1,
        };
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
