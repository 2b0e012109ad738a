using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Core;
using Fixity.Storage;

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

    /// <exception cref="StorageException">It is none; <see cref="StorageFault.Configuration"/>.</exception>
    public static TargetOptions Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<TargetOptions>(json, Serializer) ?? TargetOptions.Default;
        }
        catch (JsonException failure)
        {
            throw new StorageException(
                StorageFault.Configuration, default, $"The options of the target cannot be read: {failure.Message}", failure);
        }
    }
}
