using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>Tells whoever looks at a page how a webhook stands now: on <c>fixity_progress</c>, for the query service.</summary>
/// <remarks>It says what is so and not only where to look: webhooks are read by nobody but this service.</remarks>
internal static class WebhookNews
{
    /// <summary>At the end of the caller's transaction; the notification goes out with its commit.</summary>
    public static async Task TellAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select pg_notify('fixity_progress', json_build_object('kind', 'webhook', 'webhookId', $1, 'state',
                case
                    when w.id is null then 'deleted'
                    when not w.enabled then 'disabled'
                    when last.outcome <> 'delivered' then 'failing'
                    else 'active'
                end)::text)::text
            from (select $1::int) asked
            left join alert.webhooks w on w.id = $1
            left join lateral (
                select a.outcome from alert.delivery_attempts a where a.webhook_id = $1 order by a.id desc limit 1
            ) last on true
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await command.ExecuteScalarAsync(cancellation);
    }
}
