using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>How far each stream has been matched: <c>alert.cursors</c>.</summary>
internal static class EventCursors
{
    /// <summary>Of several replicas one matches at a time; the next waits here and goes on where this one ends.</summary>
    /// <remarks>Both streams at once: what is gathered and what stands belongs to both, and is to be changed by one.</remarks>
    public static async Task<EventPosition> LockAsync(
        NpgsqlConnection connection, string source, CancellationToken cancellation)
    {
        // From the very first event on: one that is older than every webhook is sent to none.
        await using var insert = new NpgsqlCommand("""
            insert into alert.cursors (source, transaction_id, event_id)
            select x.source, '0', 0 from (values ('change_events'), ('target_events')) x (source)
            where not exists (select from alert.cursors c where c.source = x.source)
            on conflict do nothing
            """, connection);
        await insert.ExecuteNonQueryAsync(cancellation);

        await using var command = new NpgsqlCommand(
            "select source, transaction_id, event_id from alert.cursors order by source for update", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var position = default(EventPosition);
        while (await row.ReadAsync(cancellation))
        {
            position = row.GetString(0) == source ? ReadPosition(row) : position;
        }

        return position;
    }

    public static async Task MoveAsync(
        NpgsqlConnection connection, string source, EventPosition to, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update alert.cursors set transaction_id = $2, event_id = $3 where source = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = to.TransactionId, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to.EventId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static EventPosition ReadPosition(NpgsqlDataReader row) => new(row.GetFieldValue<ulong>(1), row.GetInt64(2));
}
