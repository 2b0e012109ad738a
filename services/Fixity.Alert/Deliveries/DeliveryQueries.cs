using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;

namespace Fixity.Alert.Deliveries;

/// <summary>Deliveries as they are shown, and the wish to send one again.</summary>
internal sealed class DeliveryQueries(NpgsqlDataSource database)
{
    /// <summary>Newest first, before <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<DeliveryView>> ListAsync(
        int webhookId, DeliveryKey? before, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, event_type, status, attempt, created_at, last_attempt_at, next_attempt_at, delivered_at,
                response_status, error, kind, title, severity, event_count, target_id, scan_id, failure,
                folded is not null
            from alert.webhook_deliveries
            where webhook_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3))
            order by created_at desc, id desc
            limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = webhookId });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = before?.CreatedAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = before?.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var deliveries = new List<DeliveryView>();
        while (await row.ReadAsync(cancellation))
        {
            deliveries.Add(ReadDelivery(row));
        }

        return deliveries;
    }

    /// <summary>Makes a delivery due now with all its attempts before it, whatever came of it so far.</summary>
    /// <remarks>Not of a webhook that is switched off: it would wait, and nobody knows for how long.</remarks>
    public async Task<ResendOutcome> ResendAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with queued as (
                update alert.webhook_deliveries
                set status = 'pending', attempt = 0, next_attempt_at = now(), lease_until = null, failure = null
                where id = $1 and (lease_until is null or lease_until < now())
                    and webhook_id in (select w.id from alert.webhooks w where w.enabled)
                returning id
            )
            select exists (select from queued),
                (select w.enabled from alert.webhook_deliveries d join alert.webhooks w on w.id = d.webhook_id where d.id = $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadOutcome(row);
    }

    private static ResendOutcome ReadOutcome(NpgsqlDataReader row) => row.GetBoolean(0)
        ? ResendOutcome.Queued
        : row.IsDBNull(1) ? ResendOutcome.Unknown
        : row.GetBoolean(1) ? ResendOutcome.BeingSent
        : ResendOutcome.SwitchedOff;

    private static DeliveryView ReadDelivery(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        WebhookWords.Parse<MessageKind>(row.GetString(10)),
        row.GetString(1),
        row.IsDBNull(11) ? null : row.GetString(11),
        WebhookWords.Parse<Severity>(row.GetString(12)),
        row.GetInt64(13),
        row.IsDBNull(14) ? null : row.GetInt32(14),
        row.IsDBNull(15) ? null : row.GetInt64(15),
        Enum.Parse<DeliveryStatus>(row.GetString(2), ignoreCase: true),
        row.GetInt32(3),
        row.GetFieldValue<DateTimeOffset>(4),
        ReadTime(row, 5),
        ReadTime(row, 6),
        ReadTime(row, 7),
        row.IsDBNull(8) ? null : row.GetInt32(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.IsDBNull(16) ? null : row.GetString(16),
        row.GetBoolean(17));

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>Place of a delivery in its list.</summary>
internal sealed record DeliveryKey(DateTimeOffset CreatedAt, Guid Id);

internal enum ResendOutcome
{
    Queued,
    BeingSent,

    /// <summary>Its webhook is told nothing at the moment.</summary>
    SwitchedOff,
    Unknown,
}
