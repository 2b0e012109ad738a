using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Run;

/// <summary>A default that is made up once and then kept in the state folder, readable to its owner alone.</summary>
/// <remarks>A database made with a password, or rows encrypted with a key, need the same again.</remarks>
internal sealed class PersistedParameterDefault(
    string name, ParameterDefault inner, IConfiguration configuration, string appHostDirectory) : ParameterDefault
{
    private const string FileName = "parameters.json";
    private static readonly Lock Gate = new();
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public override string GetDefaultValue()
    {
        var file = Path.Combine(StateFolder.Resolve(configuration, appHostDirectory), FileName);

        lock (Gate)
        {
            var kept = File.Exists(file)
                ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(file)) ?? []
                : [];
            if (!kept.TryGetValue(name, out var value))
            {
                value = inner.GetDefaultValue();
                kept[name] = value;
                StateFolder.WritePrivate(file, JsonSerializer.Serialize(kept, Readable));
            }

            return value;
        }
    }
}
