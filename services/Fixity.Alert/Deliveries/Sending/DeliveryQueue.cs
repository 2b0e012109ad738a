using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Deliveries that are due: <c>alert.webhook_deliveries</c>, each taken by one replica at a time.</summary>
internal sealed class DeliveryQueue(NpgsqlDataSource database)
{
    /// <summary>Takes due deliveries, of each webhook as many as still fit.</summary>
    /// <param name="inFlight">Webhook id and how many of its deliveries this replica is sending.</param>
    /// <param name="perWebhook">How many it may send at once: what a dead receiver can hold up, and no more.</param>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(
        IReadOnlyDictionary<int, int> inFlight, int perWebhook, CancellationToken cancellation)
    {
        // Each webhook's share is cut before it is taken, so a backlog of one leaves the others their place. A lease
        // outlives the attempt's own time-out: whoever still sends still holds it. Times are the database's.
        await using var command = database.CreateCommand("""
            with due as (
                select candidate.id
                from alert.webhooks w
                left join unnest($1::integer[], $2::integer[]) as busy (webhook_id, sending) on busy.webhook_id = w.id
                cross join lateral (
                    select d.id
                    from alert.webhook_deliveries d
                    where d.webhook_id = w.id and d.status = 'pending' and d.next_attempt_at <= now()
                        and (d.lease_until is null or d.lease_until < now())
                    order by d.next_attempt_at, d.id
                    limit greatest($3 - coalesce(busy.sending, 0), 0)
                    for update of d skip locked
                ) candidate
                where w.enabled
            )
            update alert.webhook_deliveries d
            set attempt = d.attempt + 1, last_attempt_at = now(),
                lease_until = now() + make_interval(secs => w.timeout_seconds + 30)
            from due, alert.webhooks w
            where d.id = due.id and w.id = d.webhook_id
            returning d.id, d.event_type, d.payload, d.attempt, d.lease_until, w.id, w.url, w.secret, w.timeout_seconds,
                w.retry_attempts, w.retry_backoff_seconds, w.name
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. inFlight.Keys] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. inFlight.Values] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = perWebhook });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<ClaimedDelivery>();
        while (await row.ReadAsync(cancellation))
        {
            claimed.Add(ReadClaim(row));
        }

        return claimed;
    }

    /// <summary>Stores what an attempt came to and lets go of the delivery.</summary>
    /// <param name="next">Null: no further attempt.</param>
    /// <returns>False when the lease was lost meanwhile: somebody else has the delivery, and this result is not stored.</returns>
    public async Task<bool> FinishAsync(
        ClaimedDelivery claim, string status, TimeSpan? next, AttemptResult result, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update alert.webhook_deliveries
            set status = $3, next_attempt_at = now() + $4, lease_until = null, response_status = $5, response_body = $6,
                error = $7, delivered_at = case when $3 = 'delivered' then now() else delivered_at end
            where id = $1 and lease_until = $2
            """);
        AddClaim(command, claim);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = status });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan?> { TypedValue = next });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = result.ResponseStatus });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = result.ResponseBody });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = result.Error });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Gives back a delivery whose attempt was broken off by this process's end: it does not count.</summary>
    public async Task ReleaseAsync(ClaimedDelivery claim, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update alert.webhook_deliveries set lease_until = null, attempt = attempt - 1
            where id = $1 and lease_until = $2
            """);
        AddClaim(command, claim);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddClaim(NpgsqlCommand command, ClaimedDelivery claim)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = claim.Delivery.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = claim.LeaseUntil });
    }

    private static ClaimedDelivery ReadClaim(NpgsqlDataReader row) => new(
        new OutgoingDelivery(row.GetGuid(0), row.GetString(1), row.GetString(2)),
        row.GetInt32(3),
        row.GetDateTime(4),
        new WebhookDestination(
            row.GetInt32(5), row.GetString(11), row.GetString(6), row.GetFieldValue<byte[]>(7),
            TimeSpan.FromSeconds(row.GetInt32(8))),
        row.GetInt32(9),
        TimeSpan.FromSeconds(row.GetInt32(10)));
}

/// <param name="Attempt">Number of this attempt, from 1.</param>
/// <param name="LeaseUntil">Also the fencing token: who no longer finds it in the row has lost the delivery.</param>
/// <param name="MaxAttempts">Attempts in all.</param>
internal sealed record ClaimedDelivery(
    OutgoingDelivery Delivery,
    int Attempt,
    DateTime LeaseUntil,
    WebhookDestination To,
    int MaxAttempts,
    TimeSpan Backoff);
