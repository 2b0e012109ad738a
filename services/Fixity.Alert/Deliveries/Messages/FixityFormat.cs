using System.Buffers;
using System.Text;
using System.Text.Json;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Everything there is to say, for programs: a CloudEvent (1.0, structured JSON) as docs/schemas/alert-v1.json has it.</summary>
internal sealed class FixityFormat : IMessageFormat
{
    /// <summary>Counts up when a member changes its meaning or goes; new members may come at any time.</summary>
    public const int Version = 1;

    public const string DataSchema = "urn:fixity:schema:alert-v1";

    // Names may be long and a batch has 500 events: what does not fit is counted, and is in the feed of changes.
    private const int MostBytes = 1024 * 1024;
    private const int SubjectLength = 1024;

    public string Name => "fixity";

    public WrittenMessage Write(Message message, MessageFormatSettings settings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = MessageJson.Options.Encoder }))
        {
            WriteEnvelope(json, message, settings);
        }

        return new WrittenMessage(
            MessageWords.Title(message), Encoding.ASCII.GetString(buffer.WrittenSpan), "application/cloudevents+json",
            NoHeaders.Instance);
    }

    private static void WriteEnvelope(Utf8JsonWriter json, Message message, MessageFormatSettings settings)
    {
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", message.Id);
        json.WriteString("source", settings.Source.OriginalString);
        json.WriteString("type", "io.fixity." + MessageWords.TypeOf(message));
        json.WriteString("time", message.At.UtcDateTime);
        if (Subject(message) is { } subject)
        {
            json.WriteString("subject", subject);
        }

        json.WriteString("datacontenttype", "application/json");
        json.WriteString("dataschema", DataSchema);
        json.WriteStartObject("data");
        WriteData(json, message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, Message message)
    {
        json.WriteNumber("version", Version);
        json.WriteString("kind", message.Kind.Name());
        json.WriteString("title", MessageWords.Title(message));
        json.WriteString("severity", message.Severity.Name());
        WriteTarget(json, message.Target);
        WriteScan(json, message.ScanId);
        json.WriteBoolean("soFar", message.IsSoFar);
        json.WriteStartObject("counts");
        foreach (var (type, count) in message.Counts)
        {
            json.WriteNumber(type, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("events");
        var written = 0;
        foreach (var told in message.Events.TakeWhile(_ => json.BytesCommitted + json.BytesPending < MostBytes))
        {
            WriteEvent(json, told);
            written++;
        }

        json.WriteEndArray();
        json.WriteNumber("eventsOmitted", Math.Max(message.EventCount, message.Events.Count) - written);
        if (message.Link is { } link)
        {
            json.WriteString("link", link.AbsoluteUri);
        }
        else
        {
            json.WriteNull("link");
        }
    }

    private static void WriteEvent(Utf8JsonWriter json, MessageEvent told)
    {
        json.WriteStartObject();
        json.WriteString("key", told.Key);
        json.WriteString("type", told.Type);
        json.WriteString("severity", told.Severity.Name());
        json.WriteString("occurredAt", told.OccurredAt.UtcDateTime);
        WriteTarget(json, told.Target);
        WriteScan(json, told.ScanId);
        json.WritePropertyName("data");
        told.Data.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteTarget(Utf8JsonWriter json, PayloadTarget? target)
    {
        if (target is null)
        {
            json.WriteNull("target");
            return;
        }

        json.WriteStartObject("target");
        json.WriteNumber("id", target.Id);
        json.WriteString("name", target.Name);
        json.WriteEndObject();
    }

    private static void WriteScan(Utf8JsonWriter json, long? scanId)
    {
        if (scanId is { } id)
        {
            json.WriteNumber("scanId", id);
        }
        else
        {
            json.WriteNull("scanId");
        }
    }

    // An attribute of a CloudEvent holds no control characters; the data holds the path as it is.
    private static string? Subject(Message message) => message.Target is not { } target
        ? null
        : message is { Kind: MessageKind.Event, Events: [var only] } && only.Data.Text("path") is { } path
            ? $"{MessageWords.TargetName(target)}/{SafeText.Path(path, SubjectLength)}"
            : MessageWords.TargetName(target);
}

/// <summary>Of the formats that ask for none.</summary>
internal static class NoHeaders
{
    public static readonly IReadOnlyDictionary<string, string> Instance = new Dictionary<string, string>().AsReadOnly();
}
