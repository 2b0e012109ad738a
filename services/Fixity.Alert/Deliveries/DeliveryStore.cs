using System.Text.Json;
using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries;

/// <summary>Writes new deliveries: <c>alert.webhook_deliveries</c>.</summary>
internal static class DeliveryStore
{
    /// <summary>In their order, which is the one that they are sent in. What exists already is not written again.</summary>
    /// <returns>How many were written.</returns>
    public static async Task<int> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<NewDelivery> deliveries, CancellationToken cancellation)
    {
        if (deliveries.Count == 0)
        {
            return 0;
        }

        // For a receiver that said that it is gone there is nothing to wait for; by hand it can still be sent.
        await using var command = new NpgsqlCommand("""
            insert into alert.webhook_deliveries (
                id, webhook_id, event_key, event_type, payload, kind, target_id, scan_id, event_count, severity, title,
                content_type, request_headers, first_event_at, folded, status, next_attempt_at, failure, error)
            select d.id, d.webhook_id, d.event_key, d.event_type, d.payload, d.kind, d.target_id, d.scan_id, d.event_count,
                d.severity, d.title, d.content_type, d.request_headers::jsonb, d.first_event_at, d.folded::jsonb,
                case when w.disabled_at is null then 'pending' else 'failed' end,
                case when w.disabled_at is null then now() end,
                case when w.disabled_at is null then null else 'gone' end,
                w.disabled_reason
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) with ordinality d (
                id, webhook_id, event_key, event_type, payload, kind, target_id, scan_id, event_count, severity, title,
                content_type, request_headers, first_event_at, folded, place)
            join alert.webhooks w on w.id = d.webhook_id
            order by d.place
            on conflict do nothing
            """, connection);
        Add(command, deliveries, d => d.Message.Id);
        Add(command, deliveries, d => d.WebhookId);
        Add(command, deliveries, d => d.Key);
        Add(command, deliveries, d => d.EventType);
        Add(command, deliveries, d => d.Written.Body);
        Add(command, deliveries, d => d.Message.Kind.Word());
        Add(command, deliveries, d => d.Message.Target?.Id);
        Add(command, deliveries, d => d.Message.ScanId);
        Add(command, deliveries, d => d.Message.EventCount);
        Add(command, deliveries, d => d.Message.Severity.Word());
        Add(command, deliveries, d => d.Written.Title);
        Add(command, deliveries, d => d.Written.ContentType);
        Add(command, deliveries, d => d.Written.Headers.Count == 0 ? null : JsonSerializer.Serialize(d.Written.Headers));
        Add(command, deliveries, d => d.FirstEventAt.UtcDateTime);
        Add(command, deliveries, d => d.Folded);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void Add<T>(NpgsqlCommand command, IReadOnlyList<NewDelivery> deliveries, Func<NewDelivery, T> of) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. deliveries.Select(of)] });
}
