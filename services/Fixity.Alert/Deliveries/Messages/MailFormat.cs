using System.Text;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>A whole mail (RFC 5322, MIME): headers and plain text, ASCII throughout, so that any server takes it as it is.</summary>
internal sealed class MailFormat : IMessageFormat
{
    private const int TextBytes = 128 * 1024;
    private const int PathLength = 1000;
    private const string NewLine = "\r\n";

    public string Name => "mail";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var mail = new StringBuilder();
        Add("Subject", EncodedWords.Of($"[Fixity] {title}", NewLine + " "));
        Add("MIME-Version", "1.0");
        Add("Content-Type", "text/plain; charset=utf-8");
        Add("Content-Transfer-Encoding", "base64");
        // So that no absence note answers.
        Add("Auto-Submitted", "auto-generated");
        Add("X-Auto-Response-Suppress", "All");
        Add("X-Priority", message.Severity is Severity.Critical or Severity.High ? "1" : "3");
        Add("X-Fixity-Event", MessageWords.TypeOf(message));
        mail.Append(NewLine);
        AppendBase64(mail, Encoding.UTF8.GetBytes(TextOf(message, title)));
        return new WrittenMessage(title, mail.ToString(), "message/rfc822", NoHeaders.Instance);

        void Add(string name, string value) => mail.Append(name).Append(": ").Append(value).Append(NewLine);
    }

    private static string TextOf(Message message, string title)
    {
        var text = new StringBuilder().Append(title).Append(NewLine).Append(MessageWords.Place(message))
            .Append(NewLine).Append(NewLine);
        var lines = FittedLines.Of(
            MessageWords.Lines(message, PathLength), message.EventCount, TextBytes, int.MaxValue,
            line => Encoding.UTF8.GetByteCount(line) + 4);
        foreach (var line in lines)
        {
            text.Append("- ").Append(line).Append(NewLine);
        }

        if (message.Link is { } link)
        {
            text.Append(NewLine).Append(link.AbsoluteUri).Append(NewLine);
        }

        return text.ToString();
    }

    private static void AppendBase64(StringBuilder mail, byte[] bytes)
    {
        const int BytesALine = 57;
        for (var i = 0; i < bytes.Length; i += BytesALine)
        {
            mail.Append(Convert.ToBase64String(bytes.AsSpan(i, Math.Min(BytesALine, bytes.Length - i)))).Append(NewLine);
        }
    }
}
