using System.Text.Json;
using Fixity.Alert.Severities;
using Npgsql;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>What happened to a whole scan or target: <c>scanner.target_events</c>.</summary>
internal sealed class TargetEventStream : EventStream
{
    private const string Events = """
        select e.transaction_id, e.id, e.occurred_at, e.target_id, t.name, e.scan_id, e.type, e.details::text
        from scanner.target_events e
        left join scheduler.targets t on t.id = e.target_id

        """;

    private const string Next = Events + """
        where (e.transaction_id, e.id) > ($1, $2) and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        order by e.transaction_id, e.id
        limit $3
        """;

    private const string Again = Events + "where e.id = any($1)";

    public override string Source => "target_events";

    protected override string KeyPrefix => "target";

    protected override NpgsqlCommand CreateNextCommand(NpgsqlConnection connection) => new(Next, connection);

    protected override NpgsqlCommand CreateAgainCommand(NpgsqlConnection connection) => new(Again, connection);

    protected override SourceEvent ReadEvent(NpgsqlDataReader row)
    {
        var id = row.GetInt64(1);
        var type = row.GetString(6);
        var details = JsonElement.Parse(row.GetString(7));
        return new SourceEvent(
            new EventPosition(row.GetFieldValue<ulong>(0), id),
            KeyOf(id),
            type,
            EventSeverities.Of(type, details),
            row.GetFieldValue<DateTimeOffset>(2),
            new PayloadTarget(row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4)),
            row.IsDBNull(5) ? null : row.GetInt64(5),
            Path: null,
            PreviousPath: null,
            details);
    }
}
