using System.Collections.Frozen;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Every form that a message can be written in, by its word.</summary>
internal static class MessageFormats
{
    private static readonly FrozenDictionary<string, IMessageFormat> All = new IMessageFormat[]
    {
        new FixityFormat(), new SlackFormat(), new TeamsFormat(), new DiscordFormat(), new NtfyFormat(),
        new PagerDutyFormat(), new AlertmanagerFormat(), new TemplateFormat(), new MailFormat(), new SyslogFormat(),
    }.ToFrozenDictionary(format => format.Name, StringComparer.Ordinal);

    public static IReadOnlyList<string> Names => All.Keys;

    /// <exception cref="ArgumentException">No such format: what is stored was checked.</exception>
    public static IMessageFormat Of(string name) => All.TryGetValue(name, out var format)
        ? format
        : throw new ArgumentException($"\"{name}\" is not a format of messages.", nameof(name));
}
