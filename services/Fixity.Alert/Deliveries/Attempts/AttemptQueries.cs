using Npgsql;

namespace Fixity.Alert.Deliveries.Attempts;

/// <summary>The last attempts of a webhook, as they are shown.</summary>
internal sealed class AttemptQueries(NpgsqlDataSource database)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AttemptView>> ListAsync(int webhookId, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select a.id, a.delivery_id, d.event_type, d.title, a.attempt, a.started_at, a.duration_ms, a.outcome,
                a.response_status, a.response_body, a.error
            from alert.delivery_attempts a
            join alert.webhook_deliveries d on d.id = a.delivery_id
            where a.webhook_id = $1
            order by a.id desc
            limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = webhookId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var attempts = new List<AttemptView>();
        while (await row.ReadAsync(cancellation))
        {
            attempts.Add(ReadAttempt(row));
        }

        return attempts;
    }

    private static AttemptView ReadAttempt(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetGuid(1),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.GetInt32(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetInt32(6),
        Enum.Parse<AttemptEndWord>(row.GetString(7), ignoreCase: true),
        row.IsDBNull(8) ? null : row.GetInt32(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.IsDBNull(10) ? null : row.GetString(10));
}
