using System.Globalization;
using System.Text;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>One message of RFC 5424, its facts as structured data; how it is framed is the channel's matter.</summary>
internal sealed class SyslogFormat : IMessageFormat
{
    private const int MostBytes = 8 * 1024;
    private const int LogAudit = 13;
    private const int HostNameLength = 255;
    private const int PathBytes = 2 * 1024;
    private const int PathLength = 500;
    private const int MostLines = 20;

    // The number that is set aside for examples: Fixity has none of its own.
    private const string DataId = "fixity@32473";

    public string Name => "syslog";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var title = MessageWords.Title(message);
        var head = string.Create(CultureInfo.InvariantCulture, $"<{(LogAudit * 8) + LevelOf(message.Severity)}>1 ")
            + message.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z' ", CultureInfo.InvariantCulture)
            + $"{HostName(settings.Source)} fixity - {MessageWords.TypeOf(message)} {Data(message)} \uFEFF";
        var text = title;
        if (message.Events.Count > 1)
        {
            var room = MostBytes - Encoding.UTF8.GetByteCount(head) - Encoding.UTF8.GetByteCount(title) - 2;
            text += ": " + string.Join("; ", FittedLines.Of(
                MessageWords.Lines(message, PathLength), message.EventCount, room, MostLines,
                line => Encoding.UTF8.GetByteCount(line) + 2));
        }

        return new WrittenMessage(
            title, SafeText.CutBytes(head + text, MostBytes), "application/syslog; charset=utf-8", NoHeaders.Instance);
    }

    private static string Data(Message message)
    {
        var data = new StringBuilder($"[{DataId}");
        Add("delivery", message.Id.ToString());
        Add("kind", message.Kind.Name());
        Add("severity", message.Severity.Name());
        Add("count", message.EventCount.ToString(CultureInfo.InvariantCulture));
        Add("target", message.Target?.Name is null ? null : MessageWords.TargetName(message.Target));
        Add("targetId", message.Target?.Id.ToString(CultureInfo.InvariantCulture));
        Add("scanId", message.ScanId?.ToString(CultureInfo.InvariantCulture));
        if (message.Events is [var only])
        {
            Add("event", only.Type);
            Add("key", only.Key);
            Add("path", only.Data.Text("path") is { } path ? SafeText.CutBytes(SafeText.Line(path), PathBytes) : null);
            Add("algorithm", only.Data.Text("algorithm"));
            Add("oldChecksum", only.Data.Text("oldChecksum"));
            Add("newChecksum", only.Data.Text("newChecksum"));
        }

        Add("link", message.Link?.AbsoluteUri);
        return data.Append(']').ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                data.Append(' ').Append(name).Append("=\"").Append(Escape(value)).Append('"');
            }
        }
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal);

    private static string HostName(Uri source)
    {
        var host = source.IsAbsoluteUri && source.IdnHost.Length > 0 ? source.IdnHost : Environment.MachineName;
        return host.Length is > 0 and <= HostNameLength && host.All(c => c is > ' ' and <= '~') ? host : "-";
    }

    private static int LevelOf(Severity severity) => severity switch
    {
        Severity.Critical => 2,
        Severity.High => 3,
        Severity.Medium => 4,
        Severity.Low => 5,
        _ => 6,
    };
}
