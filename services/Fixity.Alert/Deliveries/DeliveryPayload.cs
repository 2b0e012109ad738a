using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Data.Columns;

namespace Fixity.Alert.Deliveries;

/// <summary>The body that a receiver gets. <see cref="Version"/> counts up when a member changes its meaning or goes.</summary>
/// <param name="Id">Of the delivery: the same over all attempts, so that a receiver can tell a duplicate.</param>
/// <param name="Target">Null when it is about no target (a test).</param>
/// <param name="Data">What is particular to this type of event.</param>
internal sealed record DeliveryPayload(
    [property: JsonPropertyOrder(-3)] Guid Id,
    [property: JsonPropertyOrder(-2)] string Type,
    DateTimeOffset OccurredAt,
    PayloadTarget? Target,
    long? ScanId,
    object? Data)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // ASCII only: no receiver has to guess an encoding, and what is stored, signed and sent cannot differ.
        Encoder = JavaScriptEncoder.Default,
        Converters = { new UtcConverter() },
    };

    [JsonPropertyOrder(-1)]
    public int Version { get; } = 1;

    /// <summary>The text that is stored, signed and sent; made once.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>What a test sends.</summary>
    public static string Sample(Guid deliveryId, DateTimeOffset now) => new DeliveryPayload(
        deliveryId, Webhooks.EventTypes.Test, now, null, null,
        new SampleData("This is a test. Events of your targets look like this one, with their own data.")).ToJson();

    private sealed record SampleData(string Message);

    /// <summary>RFC 3339 in UTC with a Z, as the API writes it too.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}

/// <param name="Name">Null: the target's row is gone.</param>
internal sealed record PayloadTarget(int Id, string? Name);

/// <summary>What happened to one file, member for member as the API's ChangeView says it.</summary>
internal sealed record FileChangeData(
    long Id,
    long FileId,
    string Path,
    string? PreviousPath,
    string Type,
    string Severity,
    string? Algorithm,
    string? OldChecksum,
    string? NewChecksum,
    long? OldSize,
    long? NewSize,
    string? OldMtime,
    string? OldMtimeNs,
    string? NewMtime,
    string? NewMtimeNs,
    ChangeDetails? Details);
