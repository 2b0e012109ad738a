using System.Text.Json;
using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Deliveries that are due: <c>alert.webhook_deliveries</c>, each taken by one replica at a time.</summary>
internal sealed class DeliveryQueue(NpgsqlDataSource database)
{
    // Each webhook's share is cut before it is taken, so a backlog of one leaves the others their place. A lease outlives
    // the attempt's own time-out: whoever still sends still holds it. Times are the database's.
    // Of one webhook and target only the first that is pending can be due, so the order is kept, also over replicas: those
    // lanes are found by jumping from one to the next, however long each is.
    private const string ClaimSql = """
        with recursive lanes as (
            (
                select d.webhook_id, d.target_id from alert.webhook_deliveries d
                where d.status = 'pending' and d.target_id is not null
                order by d.webhook_id, d.target_id limit 1
            )
            union all
            select next.webhook_id, next.target_id
            from lanes
            cross join lateral (
                select d.webhook_id, d.target_id from alert.webhook_deliveries d
                where d.status = 'pending' and d.target_id is not null
                    and (d.webhook_id, d.target_id) > (lanes.webhook_id, lanes.target_id)
                order by d.webhook_id, d.target_id limit 1
            ) next
        ), candidates as (
            select head.id, lanes.webhook_id, head.next_attempt_at, head.lease_until, head.sequence
            from lanes
            cross join lateral (
                select d.id, d.next_attempt_at, d.lease_until, d.sequence from alert.webhook_deliveries d
                where d.webhook_id = lanes.webhook_id and d.target_id = lanes.target_id and d.status = 'pending'
                order by d.sequence limit 1
            ) head
            union all
            select free.id, w.id, free.next_attempt_at, free.lease_until, free.sequence
            from alert.webhooks w
            cross join lateral (
                select d.id, d.next_attempt_at, d.lease_until, d.sequence from alert.webhook_deliveries d
                where d.webhook_id = w.id and d.target_id is null and d.status = 'pending'
                    and d.next_attempt_at <= now() and (d.lease_until is null or d.lease_until < now())
                order by d.sequence limit $4
            ) free
        ), ranked as (
            select c.id, c.webhook_id, row_number() over (
                partition by c.webhook_id order by c.next_attempt_at, c.sequence) as place
            from candidates c
            where c.next_attempt_at <= now() and (c.lease_until is null or c.lease_until < now())
        ), due as (
            select d.id
            from ranked
            join alert.webhooks w on w.id = ranked.webhook_id and w.enabled
            left join unnest($1::integer[], $2::text[], $3::integer[]) as busy (webhook_id, url, places)
                on busy.webhook_id = w.id and coalesce(busy.url, w.url) = w.url
            join alert.webhook_deliveries d on d.id = ranked.id
            where ranked.place <= coalesce(busy.places, $4) and d.status = 'pending' and d.next_attempt_at <= now()
                and (d.lease_until is null or d.lease_until < now())
            for update of d skip locked
        )
        update alert.webhook_deliveries d
        set attempt = d.attempt + 1, last_attempt_at = now(),
            lease_until = now() + make_interval(secs => w.timeout_seconds + 30)
        from due, alert.webhooks w
        where d.id = due.id and w.id = d.webhook_id
        returning d.id, d.event_type, d.payload, d.content_type, d.request_headers::text, d.attempt, d.lease_until,
            w.retry_attempts, w.retry_backoff_seconds,
            w.id, w.name, w.url, w.secret, w.timeout_seconds, w.channel, w.format, w.template, w.sealed_headers,
            w.mail::text, w.user_name, w.sealed_password
        """;

    /// <summary>Takes due deliveries, of each webhook as many as still fit.</summary>
    /// <param name="free">Webhooks of which fewer fit than usual.</param>
    /// <param name="perWebhook">How many of the others: what a dead receiver can hold up, and no more.</param>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(
        IReadOnlyCollection<FreePlaces> free, int perWebhook, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. free.Select(f => f.WebhookId)] });
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. free.Select(f => f.Url)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. free.Select(f => f.Places)] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = perWebhook });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<ClaimedDelivery>();
        while (await row.ReadAsync(cancellation))
        {
            claimed.Add(ReadClaim(row));
        }

        return claimed;
    }

    /// <summary>Gives back a delivery whose attempt was not made, or broken off by this process's end: it does not count.</summary>
    public async Task ReleaseAsync(ClaimedDelivery claim, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update alert.webhook_deliveries set lease_until = null, attempt = attempt - 1
            where id = $1 and lease_until = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = claim.Delivery.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = claim.LeaseUntil });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static ClaimedDelivery ReadClaim(NpgsqlDataReader row)
    {
        var (attempt, attempts) = (row.GetInt32(5), row.GetInt32(7));
        return new ClaimedDelivery(
            new OutgoingDelivery(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3),
                row.IsDBNull(4) ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(4)),
                attempt >= attempts),
            attempt,
            row.GetDateTime(6),
            WebhookDestination.Read(row, 9),
            attempts,
            TimeSpan.FromSeconds(row.GetInt32(8)));
    }
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

/// <param name="Url">Null: whatever its url is.</param>
/// <param name="Places">How many of its deliveries may be taken now.</param>
internal sealed record FreePlaces(int WebhookId, string? Url, int Places);
