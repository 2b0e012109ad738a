using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Data.Columns;

/// <summary>The spelling of <c>scheduler.targets.options</c>: one for the service that writes it and those that read it.</summary>
public static class TargetOptionsColumn
{
    // A member that this version does not know is left alone: during an update both versions read the column.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static string Write(TargetOptions options) => JsonSerializer.Serialize(options, Json);

    /// <summary>What the text leaves out takes the default.</summary>
    /// <exception cref="JsonException">It is not what this version or an older one wrote.</exception>
    public static TargetOptions Read(string json) =>
        JsonSerializer.Deserialize<TargetOptions>(json, Json) ?? TargetOptions.Default;
}
