using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Data.Columns;

/// <summary>The spelling of <c>scheduler.targets.connection</c>: one for the service that writes it and those that read it.</summary>
public static class TargetConnectionColumn
{
    // A member that this version does not know is left alone: during an update both versions read the column.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static string Write(TargetConnection connection) => JsonSerializer.Serialize(connection, Json);

    /// <exception cref="JsonException">It is not what this version or an older one wrote.</exception>
    public static TargetConnection Read(string json) =>
        JsonSerializer.Deserialize<TargetConnection>(json, Json) ?? TargetConnection.None;
}
