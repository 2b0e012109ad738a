using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>How every JSON of a message is written: ASCII only, so that no receiver has to guess an encoding.</summary>
internal static class MessageJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Default,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new UtcConverter() },
    };

    // What a stranger's API does not know as "absent" when it is null.
    private static readonly JsonSerializerOptions WithoutNulls = new(Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The data of an event, as the API writes it.</summary>
    public static JsonElement ToElement(object data) => JsonSerializer.SerializeToElement(data, Options);

    /// <summary>The body of somebody else's API: names in snake case, nothing for null.</summary>
    public static string WriteForeign(object body) => JsonSerializer.Serialize(body, WithoutNulls);

    /// <summary>Bytes that a text takes within such JSON.</summary>
    public static int SizeOf(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.Default).EncodedUtf8Bytes.Length;

    /// <summary>RFC 3339 in UTC with a Z, as the API writes it too.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
