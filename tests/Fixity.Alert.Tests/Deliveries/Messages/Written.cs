using System.Globalization;
using System.Text.Json;
using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Core;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>Messages to write, and how the tests of all formats write them.</summary>
internal static class Written
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 15, 22, 49, 123, TimeSpan.Zero);

    public static readonly Uri Link = new("https://fixity.example/scans/17?a=1&b=2");

    private static readonly Guid Id = Guid.Parse("01933c6f-0000-7000-8000-000000000001");
    private static readonly PayloadTarget Archive = new(3, "archive");

    public static WrittenMessage As(string format, Message message, string? template = null) =>
        MessageFormats.Of(format).Write(message, new MessageFormatSettings(new Uri("https://fixity.example/"), template));

    public static JsonElement Json(string format, Message message) => JsonElement.Parse(As(format, message).Body);

    /// <summary>The sample of a type as a message of its own.</summary>
    public static Message Event(string type, Func<MessageEvent, MessageEvent>? change = null, PayloadTarget? target = null)
    {
        var told = Samples.Of(type, At) with { Key = "change:17", Target = target ?? Archive };
        told = change?.Invoke(told) ?? told;
        return new Message(
            Id, MessageKind.Event, At, told.Target, 17, told.Severity, [told], new Dictionary<string, long> { [type] = 1 }, Link);
    }

    /// <summary>Of a file with this path, and this path before.</summary>
    public static Message OfPath(string path, string type = "file.moved") => Event(type, told => WithPath(told, path));

    /// <summary>A digest of so many deletions, of which it holds the worst ten, after one corrupted file.</summary>
    public static Message Digest(long deleted, Func<int, string>? path = null)
    {
        var corrupted = WithPath(Samples.Of("file.corrupted", At) with { Target = Archive }, path?.Invoke(0) ?? "a/rotten.jpg");
        var events = Enumerable.Range(1, (int)Math.Min(deleted, 9)).Select(i => WithPath(
            Samples.Of("file.deleted", At) with { Target = Archive },
            path?.Invoke(i) ?? string.Create(CultureInfo.InvariantCulture, $"a/gone {i}.txt")));
        return new Message(
            Id, MessageKind.Digest, At, Archive, 17, Severity.Critical, [corrupted, .. events],
            new Dictionary<string, long> { ["file.corrupted"] = 1, ["file.deleted"] = deleted, ["scan.completed"] = 1 }, Link);
    }

    /// <summary>A batch of many events of several targets.</summary>
    public static Message Batch(int count, Func<int, string> path)
    {
        var events = Enumerable.Range(0, count)
            .Select(i => WithPath(Samples.Of("file.moved", At) with { Target = Archive }, path(i))).ToList();
        return new Message(
            Id, MessageKind.Batch, At, null, null, Severity.Info, events,
            new Dictionary<string, long> { ["file.moved"] = count }, Link);
    }

    private static MessageEvent WithPath(MessageEvent told, string path) => told with
    {
        Data = MessageJson.ToElement(
            told.Data.Deserialize<FileChangeData>(MessageJson.Options)! with { Path = path, PreviousPath = path }),
    };
}
