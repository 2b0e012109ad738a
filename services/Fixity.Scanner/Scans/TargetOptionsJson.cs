using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Scanner.Scans;

/// <summary>Reads the options of a target as they are stored with it.</summary>
internal static class TargetOptionsJson
{
    // What a newer version stored besides is passed over: it was checked when it was stored.
    private static readonly JsonSerializerOptions Serializer = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static TargetOptions Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<TargetOptions>(json, Serializer) ?? TargetOptions.Default;
        }
        catch (JsonException failure)
        {
            throw new TargetOptionsException($"The options of the target cannot be read: {failure.Message}", failure);
        }
    }
}

/// <summary>The target cannot be read the way it asks for; its storage may be as good as ever.</summary>
internal sealed class TargetOptionsException(string message, Exception? cause = null) : Exception(message, cause);
