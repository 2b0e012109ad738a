using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Keeps what attempts came to: in their deliveries, and the last fifty of each webhook one by one.</summary>
internal sealed class AttemptStore(NpgsqlDataSource database)
{
    public const int KeptPerWebhook = 50;

    // One statement: a result that is stored twice, or half, would be worse than one that is lost. The snapshot of the
    // second delete does not know the row that is new, so it keeps one less; nor does the last part, which says whether the
    // webhook began or ceased to be failing.
    private const string FinishSql = """
        with finished as (
            update alert.webhook_deliveries d
            set status = case when w.disabled_at is not null and $3 = 'pending' then 'failed' else $3 end,
                failure = case when w.disabled_at is not null and $3 = 'pending' then 'gone' else $4 end,
                next_attempt_at = case when w.disabled_at is null then now() + $5 end,
                lease_until = null, response_status = $6, response_body = $7, error = $8,
                delivered_at = case when $3 = 'delivered' then now() else d.delivered_at end
            from alert.webhooks w
            where d.id = $1 and d.lease_until = $2 and w.id = d.webhook_id
            returning d.webhook_id, d.id, d.attempt, d.last_attempt_at
        ), noted as (
            insert into alert.delivery_attempts (webhook_id, delivery_id, attempt, started_at, duration_ms, outcome,
                response_status, response_body, error)
            select f.webhook_id, f.id, f.attempt, f.last_attempt_at, $9, $10, $6, $7, $8 from finished f
        ), forgotten as (
            delete from alert.delivery_attempts a
            using (
                select old.id
                from finished f
                join alert.delivery_attempts old on old.webhook_id = f.webhook_id
                where old.id <= (
                    select kept.id from alert.delivery_attempts kept where kept.webhook_id = f.webhook_id
                    order by kept.id desc offset $11 limit 1)
                for update of old skip locked
            ) chosen
            where a.id = chosen.id
        )
        select coalesce(before.outcome = 'delivered', true) <> ($10 = 'delivered')
        from finished f
        left join lateral (
            select a.outcome from alert.delivery_attempts a where a.webhook_id = f.webhook_id order by a.id desc limit 1
        ) before on true
        """;

    /// <summary>Stores what an attempt came to and lets go of the delivery.</summary>
    /// <returns>False when the lease was lost meanwhile: somebody else has the delivery, and this result is not stored.</returns>
    public async Task<bool> FinishAsync(ClaimedDelivery claim, AttemptEnd end, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(FinishSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = claim.Delivery.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = claim.LeaseUntil });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = end.Status });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = end.Failure });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan?> { TypedValue = end.Next });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = end.Result.ResponseStatus });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = end.Result.ResponseBody });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = end.Result.Error });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = (int)end.Elapsed.TotalMilliseconds });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = end.Outcome });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = KeptPerWebhook - 1 });
        if (await command.ExecuteScalarAsync(cancellation) is not bool isTurn)
        {
            return false;
        }

        if (end.Result.Outcome == AttemptOutcome.Gone)
        {
            await DisableAsync(connection, claim.To, end.Result.Error, cancellation);
        }

        // A receiver that goes on as it did is no news.
        if (isTurn || end.Result.Outcome == AttemptOutcome.Gone)
        {
            await WebhookNews.TellAsync(connection, claim.To.WebhookId, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>The receiver wants nothing more: nothing more is sent, and what waited says why it was not.</summary>
    private static async Task DisableAsync(
        NpgsqlConnection connection, WebhookDestination gone, string? reason, CancellationToken cancellation)
    {
        // Not when somebody has put another url in meanwhile.
        await using var disable = new NpgsqlCommand("""
            update alert.webhooks set enabled = false, disabled_at = now(), disabled_reason = $3
            where id = $1 and url = $2 and enabled
            """, connection);
        disable.Parameters.Add(new NpgsqlParameter<int> { TypedValue = gone.WebhookId });
        disable.Parameters.Add(new NpgsqlParameter<string> { TypedValue = gone.Url });
        disable.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reason });
        if (await disable.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return;
        }

        // What is being sent at this moment ends by itself.
        await using var fail = new NpgsqlCommand("""
            update alert.webhook_deliveries
            set status = 'failed', failure = 'gone', next_attempt_at = null, lease_until = null, error = $2
            where webhook_id = $1 and status = 'pending' and (lease_until is null or lease_until < now())
            """, connection);
        fail.Parameters.Add(new NpgsqlParameter<int> { TypedValue = gone.WebhookId });
        fail.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = "Not sent: the receiver answered another delivery with HTTP 410." });
        await fail.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>How an attempt ends for its delivery.</summary>
/// <param name="Status">Of the delivery from now on.</param>
/// <param name="Failure">Word of <c>webhook_deliveries.failure</c>; null: it did not fail for good.</param>
/// <param name="Outcome">Word of <c>delivery_attempts.outcome</c>.</param>
/// <param name="Next">Until the next attempt; null: there is none.</param>
internal sealed record AttemptEnd(
    AttemptResult Result, string Status, string? Failure, string Outcome, TimeSpan? Next, TimeSpan Elapsed)
{
    /// <param name="random">From 0 to 1: spreads retries.</param>
    public static AttemptEnd Of(ClaimedDelivery claim, AttemptResult result, TimeSpan elapsed, double random)
    {
        if (result.Outcome == AttemptOutcome.Delivered)
        {
            return new AttemptEnd(result, "delivered", null, "delivered", null, elapsed);
        }

        if (result.Outcome == AttemptOutcome.Retryable && claim.Attempt < claim.MaxAttempts)
        {
            var delay = RetrySchedule.DelayAfter(claim.Attempt, claim.Backoff, random, result.RetryAfter);
            return new AttemptEnd(result, "pending", null, "retrying", delay, elapsed);
        }

        var (failure, outcome) = result.Outcome switch
        {
            AttemptOutcome.Blocked => ("blocked", "blocked"),
            AttemptOutcome.Gone => ("gone", "failed"),
            AttemptOutcome.Refused => ("refused", "failed"),
            _ => ("gave_up", "failed"),
        };
        return new AttemptEnd(result, "failed", failure, outcome, null, elapsed);
    }
}
