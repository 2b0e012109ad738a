using Fixity.Core;
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
                health.last_success_at, streak.failures,
                w.channel, w.format, w.template, w.mode, w.min_severity, w.target_ids, w.paths, w.header_names,
                w.mail::text, w.user_name, w.sealed_password is not null, w.disabled_at, w.disabled_reason,
                backlog.pending, backlog.oldest_at, gathering.events, backlog.folded,
                last.started_at, last.duration_ms, last.outcome, last.response_status, last.error
            from alert.webhooks w
            cross join lateral (
                select max(d.delivered_at) as last_success_at
                from alert.webhook_deliveries d
                where d.webhook_id = w.id
            ) health
            cross join lateral (
                select count(*) as failures
                from alert.webhook_deliveries d
                where d.webhook_id = w.id and d.error is not null
                    and d.last_attempt_at > coalesce(health.last_success_at, '-infinity')
            ) streak
            cross join lateral (
                select count(*) as pending, min(d.created_at) as oldest_at,
                    coalesce(sum(d.event_count) filter (where d.folded is not null), 0)::bigint as folded
                from alert.webhook_deliveries d
                where d.webhook_id = w.id and d.status = 'pending'
            ) backlog
            cross join lateral (
                select coalesce(sum(g.event_count), 0)::bigint as events
                from alert.gatherings g
                where g.webhook_id = w.id
            ) gathering
            left join lateral (
                select a.started_at, a.duration_ms, a.outcome, a.response_status, a.error
                from alert.delivery_attempts a
                where a.webhook_id = w.id
                order by a.id desc
                limit 1
            ) last on true
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

    private static Webhook ReadWebhook(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt32(0),
        Name = row.GetString(1),
        Url = row.GetString(2),
        Enabled = row.GetBoolean(3),
        EventIncludes = row.GetFieldValue<string[]>(4),
        EventExcludes = row.GetFieldValue<string[]>(5),
        RetryAttempts = row.GetInt32(6),
        RetryBackoffSeconds = row.GetInt32(7),
        TimeoutSeconds = row.GetInt32(8),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(10),
        LastSuccessAt = ReadTime(row, 11),
        FailuresInARow = (int)row.GetInt64(12),
        Channel = WebhookWords.Parse<WebhookChannel>(row.GetString(13)),
        Format = WebhookWords.Parse<WebhookFormat>(row.GetString(14)),
        Template = ReadText(row, 15),
        Mode = WebhookWords.Parse<WebhookMode>(row.GetString(16)),
        MinSeverity = WebhookWords.Parse<Severity>(row.GetString(17)),
        Targets = row.GetFieldValue<int[]>(18),
        Paths = row.GetFieldValue<string[]>(19),
        Headers = row.GetFieldValue<string[]>(20),
        Mail = row.IsDBNull(21) ? null : MailColumn.Read(row.GetString(21), ReadText(row, 22), row.GetBoolean(23)),
        DisabledAt = ReadTime(row, 24),
        DisabledReason = ReadText(row, 25),
        Backlog = new WebhookBacklog((int)row.GetInt64(26), ReadTime(row, 27), row.GetInt64(28), row.GetInt64(29)),
        LastAttempt = row.IsDBNull(30) ? null : ReadAttempt(row),
    };

    private static WebhookAttempt ReadAttempt(NpgsqlDataReader row) => new(
        row.GetFieldValue<DateTimeOffset>(30),
        row.GetInt32(31),
        row.GetString(32),
        row.IsDBNull(33) ? null : row.GetInt32(33),
        ReadText(row, 34));

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string? ReadText(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
