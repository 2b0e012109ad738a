using System.Text.Json;
using Fixity.Core.Schedules;

namespace Fixity.Data.Columns;

/// <summary>The spelling of <c>scheduler.targets.blackouts</c>: one for the service that writes it and those that read it.</summary>
public static class BlackoutsColumn
{
    // A member that this version does not know is left alone: during an update both versions read the column.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write(IReadOnlyList<Blackout> blackouts) => JsonSerializer.Serialize(blackouts, Json);

    /// <exception cref="JsonException">It is not what this version or an older one wrote.</exception>
    public static IReadOnlyList<Blackout> Read(string json) =>
        JsonSerializer.Deserialize<IReadOnlyList<Blackout>>(json, Json) ?? [];
}
