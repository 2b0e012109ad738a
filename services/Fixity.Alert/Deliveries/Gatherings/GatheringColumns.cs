using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>The form of what is gathered, in columns and as one text.</summary>
internal static class GatheringColumns
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Adds counts, severity, events, event_count, first_event_at and last_event_at, in this order.</summary>
    public static void Add(NpgsqlCommand command, Gathered gathered)
    {
        AddJson(command, gathered.Counts);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = gathered.Severity.Word() });
        AddJson(command, gathered.Events);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = gathered.EventCount });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = gathered.FirstEventAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = gathered.LastEventAt.UtcDateTime });
    }

    /// <summary>Reads <c>mode, target_id, scan_id, counts::text, severity, events::text, first_event_at, last_event_at</c>.</summary>
    public static Gathered Read(NpgsqlDataReader row, int at)
    {
        var gathered = new Gathered(
            row.IsDBNull(at + 1) ? null : row.GetInt32(at + 1),
            row.IsDBNull(at + 2) ? null : row.GetInt64(at + 2),
            WebhookWords.Parse<WebhookMode>(row.GetString(at)));
        gathered.Add(
            Of<Dictionary<string, long>>(row.GetString(at + 3)),
            WebhookWords.Parse<Severity>(row.GetString(at + 4)),
            row.GetFieldValue<DateTimeOffset>(at + 6),
            row.GetFieldValue<DateTimeOffset>(at + 7),
            Of<List<MessageEvent>>(row.GetString(at + 5)));
        return gathered;
    }

    /// <summary>As <c>webhook_deliveries.folded</c> has it.</summary>
    public static string Fold(Gathered gathered) => JsonSerializer.Serialize(
        new Folded(gathered.Counts, gathered.Severity, gathered.FirstEventAt, gathered.LastEventAt, gathered.Events), Json);

    /// <param name="folded">An array of what <see cref="Fold"/> wrote.</param>
    public static void AddFolded(Gathered to, string folded)
    {
        foreach (var part in Of<List<Folded>>(folded))
        {
            to.Add(part.Counts, part.Severity, part.FirstEventAt, part.LastEventAt, part.Events);
        }
    }

    public static T Of<T>(string column) =>
        JsonSerializer.Deserialize<T>(column, Json) ?? throw new JsonException("The column holds nothing.");

    private static void AddJson<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<string>
    {
        TypedValue = JsonSerializer.Serialize(value, Json),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    });

    private sealed record Folded(
        IReadOnlyDictionary<string, long> Counts,
        Severity Severity,
        DateTimeOffset FirstEventAt,
        DateTimeOffset LastEventAt,
        IReadOnlyList<MessageEvent> Events);
}
