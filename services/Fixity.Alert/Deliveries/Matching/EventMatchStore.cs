using Fixity.Alert.Webhooks;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>Turns a stretch of a stream into deliveries: rows and cursor move in one transaction, or not at all.</summary>
internal sealed class EventMatchStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <returns>How many events were read (fewer than <paramref name="limit"/>: the end), and how many deliveries made.</returns>
    public async Task<MatchedBatch> MatchAsync(EventStream stream, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var after = await LockCursorAsync(connection, stream.Source, cancellation);
        var events = await stream.ReadAsync(connection, after, limit, cancellation);
        if (events.Count == 0)
        {
            // The first look leaves its cursor row.
            await transaction.CommitAsync(cancellation);
            return default;
        }

        // After the events: whoever was told that the webhook exists gets everything committed from then on.
        var webhooks = await ReadWebhooksAsync(connection, events, cancellation);
        var inserted = await InsertAsync(connection, Match(events, webhooks), cancellation);
        await MoveCursorAsync(connection, stream.Source, events[^1].Position, cancellation);
        await transaction.CommitAsync(cancellation);
        return new MatchedBatch(events.Count, inserted);
    }

    private List<NewDelivery> Match(IReadOnlyList<SourceEvent> events, IReadOnlyList<WebhookFilter> webhooks)
    {
        var deliveries = new List<NewDelivery>();
        foreach (var found in events.Where(e => EventTypes.All.Contains(e.Type)))
        {
            foreach (var webhook in webhooks.Where(w => w.Wants(found)))
            {
                var id = Guid.CreateVersion7(clock.GetUtcNow());
                var payload = new DeliveryPayload(id, found.Type, found.OccurredAt, found.Target, found.ScanId, found.Data);
                deliveries.Add(new NewDelivery(id, webhook.Id, found.Key, found.Type, payload.ToJson()));
            }
        }

        return deliveries;
    }

    /// <summary>Of several replicas one matches at a time; the next waits here and goes on where this one ends.</summary>
    private static async Task<EventPosition> LockCursorAsync(
        NpgsqlConnection connection, string source, CancellationToken cancellation)
    {
        // From the very first event on: one that is older than every webhook is sent to none.
        await using var insert = new NpgsqlCommand(
            "insert into alert.cursors (source, transaction_id, event_id) values ($1, '0', 0) on conflict do nothing",
            connection);
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await insert.ExecuteNonQueryAsync(cancellation);

        await using var command = new NpgsqlCommand(
            "select transaction_id, event_id from alert.cursors where source = $1 for update", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadPosition(row);
    }

    private static async Task<IReadOnlyList<WebhookFilter>> ReadWebhooksAsync(
        NpgsqlConnection connection, IReadOnlyList<SourceEvent> events, CancellationToken cancellation)
    {
        // Locked, so that none is deleted before its deliveries are in.
        await using var command = new NpgsqlCommand("""
            select w.id, w.event_includes, w.event_excludes,
                array(select x.id from unnest($1) x (id) where pg_visible_in_snapshot(x.id, w.created_snapshot))
            from alert.webhooks w where w.enabled order by w.id
            for key share
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<ulong[]>
        {
            TypedValue = [.. events.Select(found => found.Position.TransactionId).Distinct()],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8,
        });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var webhooks = new List<WebhookFilter>();
        while (await row.ReadAsync(cancellation))
        {
            webhooks.Add(ReadFilter(row));
        }

        return webhooks;
    }

    private static async Task<int> InsertAsync(
        NpgsqlConnection connection, List<NewDelivery> deliveries, CancellationToken cancellation)
    {
        if (deliveries.Count == 0)
        {
            return 0;
        }

        await using var command = new NpgsqlCommand("""
            insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload)
            select * from unnest($1, $2, $3, $4, $5)
            on conflict do nothing
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(d => d.Id)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. deliveries.Select(d => d.WebhookId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. deliveries.Select(d => d.EventKey)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. deliveries.Select(d => d.EventType)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. deliveries.Select(d => d.Payload)] });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task MoveCursorAsync(
        NpgsqlConnection connection, string source, EventPosition to, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update alert.cursors set transaction_id = $2, event_id = $3 where source = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = to.TransactionId, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to.EventId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static EventPosition ReadPosition(NpgsqlDataReader row) => new(row.GetFieldValue<ulong>(0), row.GetInt64(1));

    private static WebhookFilter ReadFilter(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetFieldValue<string[]>(1),
        row.GetFieldValue<string[]>(2),
        row.GetFieldValue<ulong[]>(3).ToHashSet());

    private sealed record NewDelivery(Guid Id, int WebhookId, string EventKey, string EventType, string Payload);

    /// <param name="Before">Transactions of these events that had been committed when the webhook was created.</param>
    private sealed record WebhookFilter(
        int Id, IReadOnlyList<string> Includes, IReadOnlyList<string> Excludes, IReadOnlySet<ulong> Before)
    {
        public bool Wants(SourceEvent found) =>
            !Before.Contains(found.Position.TransactionId) && EventTypes.Chooses(Includes, Excludes, found.Type);
    }
}

/// <param name="Events">Events that were read.</param>
/// <param name="Deliveries">Deliveries that were made of them.</param>
internal readonly record struct MatchedBatch(int Events, int Deliveries);
