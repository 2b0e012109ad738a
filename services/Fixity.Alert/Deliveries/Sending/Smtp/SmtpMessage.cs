using System.Globalization;
using System.Text;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Smtp;

/// <summary>A mail as it goes over the wire: whole lines, no line that could end it, and the headers that a mail must have.</summary>
internal sealed class SmtpMessage
{
    private SmtpMessage(string text)
    {
        IsAscii = Ascii.IsValid(text);
        SizeBytes = Encoding.UTF8.GetByteCount(text);
        Stuffed = Encoding.UTF8.GetBytes(string.Concat(Stuff(text), ".\r\n"));
    }

    public bool IsAscii { get; }

    /// <summary>As the server will store it.</summary>
    public int SizeBytes { get; }

    /// <summary>With the dot that ends it.</summary>
    public ReadOnlyMemory<byte> Stuffed { get; }

    /// <param name="text">RFC 5322; what it says nothing of (sender, recipients, date, id) is put before it.</param>
    public static SmtpMessage Of(string text, Guid id, MailSettings envelope, DateTimeOffset now)
    {
        // Every kind of line end is one: a bare one that the next server takes for the end of the mail would let whoever
        // wrote it say commands.
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var present = lines.TakeWhile(line => line.Length > 0)
            .Where(line => line[0] is not (' ' or '\t'))
            .Select(line => line.Split(':')[0])
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var domain = envelope.From[(envelope.From.LastIndexOf('@') + 1)..];
        (string Name, string Value)[] needed =
        [
            ("From", envelope.From),
            ("To", string.Join(",\r\n ", envelope.To)),
            ("Date", now.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)),
            // The same over all attempts: a mail program shows a duplicate once.
            ("Message-ID", $"<{id}@{domain}>"),
        ];
        var added = needed.Where(header => !present.Contains(header.Name)).Select(header => $"{header.Name}: {header.Value}");
        return new SmtpMessage(string.Join("\r\n", added.Concat(lines)) + "\r\n");
    }

    private static string Stuff(string text) =>
        (text.StartsWith('.') ? "." : "") + text.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
}
