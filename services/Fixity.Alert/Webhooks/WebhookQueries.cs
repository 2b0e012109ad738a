using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>Webhooks as they are shown: their settings, and what their deliveries say of how they fare.</summary>
internal sealed class WebhookQueries(NpgsqlDataSource database)
{
    public async Task<Webhook?> FindAsync(int id, CancellationToken cancellation) =>
        (await ListAsync(id - 1, 1, cancellation)) is [var webhook] && webhook.Id == id ? webhook : null;

    /// <summary>In order of id, after <paramref name="afterId"/>.</summary>
    public async Task<IReadOnlyList<Webhook>> ListAsync(int afterId, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select w.id, w.name, w.url, w.enabled, w.event_includes, w.event_excludes, w.retry_attempts,
                w.retry_backoff_seconds, w.timeout_seconds, w.created_at, w.updated_at,
                health.last_success_at, health.pending, streak.failures
            from alert.webhooks w
            cross join lateral (
                select max(d.delivered_at) as last_success_at,
                    count(*) filter (where d.status = 'pending') as pending
                from alert.webhook_deliveries d
                where d.webhook_id = w.id
            ) health
            cross join lateral (
                select count(*) as failures
                from alert.webhook_deliveries d
                where d.webhook_id = w.id and d.error is not null
                    and d.last_attempt_at > coalesce(health.last_success_at, '-infinity')
            ) streak
            where w.id > $1
            order by w.id
            limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var webhooks = new List<Webhook>();
        while (await row.ReadAsync(cancellation))
        {
            webhooks.Add(ReadWebhook(row));
        }

        return webhooks;
    }

    private static Webhook ReadWebhook(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetString(1),
        row.GetString(2),
        row.GetBoolean(3),
        row.GetFieldValue<string[]>(4),
        row.GetFieldValue<string[]>(5),
        row.GetInt32(6),
        row.GetInt32(7),
        row.GetInt32(8),
        row.GetFieldValue<DateTimeOffset>(9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        Pending: (int)row.GetInt64(12),
        FailuresInARow: (int)row.GetInt64(13));
}
