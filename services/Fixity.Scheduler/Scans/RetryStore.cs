using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Queues failed scans again, where the next attempt may find what this one missed.</summary>
internal sealed class RetryStore(ScanMetrics metrics)
{
    /// <summary>Attempts after the first one.</summary>
    public const int Retries = 3;

    /// <summary>Why a scan failed that may go well when it is tried again: the way to the storage, or this side of it. Never
    /// what a person must mend first, and never credentials, lest an account gets locked.</summary>
    public static readonly string[] TransientReasons =
    [
        "storage_unreachable", "storage_name_not_resolved", "storage_connection_refused", "storage_connection_lost",
        "storage_throttled", "resources", "internal_error",
    ];

    /// <summary>The longest pause before the first retry; it doubles with each.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    // What failed while no scheduler ran for so long: the next run of the target stands.
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    /// <summary>One retry for each failed scan that is due one, at a random moment up to the pause (full jitter).</summary>
    /// <remarks>
    /// Exactly once: the retry names the scan it repeats, and that is unique. A scan of the target that was asked for since
    /// has taken its place.
    /// </remarks>
    public async Task<int> QueueAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with retry as (
                insert into scheduler.scans (
                    target_id, trigger, mode, requested_by, traceparent, attempt, retry_of, not_before)
                select f.target_id, 'retry', f.mode, f.requested_by, f.traceparent, f.attempt + 1, f.id,
                    now() + random() * least($2, $3 * power(2, f.attempt - 1))
                from scheduler.scans f join scheduler.targets t on t.id = f.target_id
                where f.status = 'failed' and f.reason = any($1) and f.attempt <= $4 and f.ended_at > now() - $5
                    and t.enabled and t.deleted_at is null
                    and not exists (select from scheduler.scans l where l.target_id = f.target_id and l.id > f.id)
                on conflict do nothing
                returning id
            )
            insert into scheduler.scan_segments (scan_id, ordinal) select id, 0 from retry
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = TransientReasons });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = LongestPause });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = FirstPause });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = Retries });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Forgotten });
        var queued = await command.ExecuteNonQueryAsync(cancellation);
        metrics.Retried(queued);
        return queued;
    }
}
