using Fixity.Core.Schedules;
using Fixity.Data.Columns;
using Npgsql;

namespace Fixity.Scheduler.Verification;

/// <summary>Reads what a guarantee is judged by, keeps the judgement, and tells when it changes sides.</summary>
internal sealed class GuaranteeStore(NpgsqlDataSource database)
{
    // "guar" in ASCII, with the target's id beside it: any number will do that nobody else takes.
    private const int LockKey = 0x67756172;

    // Scans that read less, or were over at once, say more about the walk than about the storage. Here and below, what a
    // lost scan did is among what the one did that went on for it.
    private const string RateSql = """
        select max(recent.bytes_hashed / extract(epoch from recent.ended_at - recent.started_at)::double precision)
        from (
            select s.bytes_hashed, s.started_at, s.ended_at from scheduler.scans s
            where s.target_id = t.id and s.ended_at is not null and s.bytes_hashed >= 67108864
                and s.ended_at - s.started_at >= interval '10 seconds' and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 10
        ) recent
        """;

    private const string DurationSql = """
        select max(recent.lasted)
        from (
            select s.ended_at - s.started_at as lasted from scheduler.scans s
            where s.target_id = t.id and s.status in ('completed', 'partial') and s.mode = 'incremental'
                and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 5
        ) recent
        """;

    private const string TargetsSql = $"""
        select t.id, t.name, t.enabled and not t.schedule_paused, t.schedule, t.time_zone, t.jitter_seconds,
            t.blackouts::text, t.verify_within_days, t.updated_at, ts.bytes_present, ({RateSql}), ({DurationSql}), now(),
            g.run_gap
        from scheduler.targets t
        left join scanner.target_states ts on ts.target_id = t.id and ts.last_complete_scan is not null
        left join scheduler.verification_guarantees g on g.target_id = t.id
        where t.deleted_at is null and ($1::int is null or t.id = $1) and (
            g.target_id is null or g.evaluated_at < now() - $2 or g.evaluated_at < t.updated_at
            or exists (select from scheduler.scans s where s.target_id = t.id and s.ended_at >= g.evaluated_at))
        order by t.id
        """;

    // Both are read off the index by verification: no file's row is looked at that is not overdue.
    private const string OverdueSql = """
        select (
            select min(verified_at) from scanner.files where target_id = $1 and state <> 2 and state = 1
        ), (
            select count(*) from scanner.files
            where target_id = $1 and state <> 2 and state = 1 and verified_at < now() - make_interval(days => $2)
        ) + (
            select count(*) from scanner.files
            where target_id = $1 and state <> 2 and state = 1 and verified_at is null
                and first_seen_at < now() - make_interval(days => $2)
        )
        """;

    private const string SaveSql = """
        with before as (
            select breached_since from scheduler.verification_guarantees where target_id = $1
        ), saved as (
            insert into scheduler.verification_guarantees as g (
                target_id, run_gap, oldest_verified_at, files_overdue, needed_bytes_per_day, measured_bytes_per_day,
                can_be_met, obstacle, breached_since)
            values ($1, $2, $3, $4, $5, $6, $7, $8, case when $9 then now() end)
            on conflict (target_id) do update
            set evaluated_at = now(), run_gap = excluded.run_gap, oldest_verified_at = excluded.oldest_verified_at,
                files_overdue = excluded.files_overdue, needed_bytes_per_day = excluded.needed_bytes_per_day,
                measured_bytes_per_day = excluded.measured_bytes_per_day, can_be_met = excluded.can_be_met,
                obstacle = excluded.obstacle,
                breached_since = case when $9 then coalesce(g.breached_since, now()) end
            returning breached_since
        )
        select (select breached_since from before), breached_since from saved
        """;

    /// <summary>Targets whose guarantee was last looked at longer ago than that, or before their last scan ended.</summary>
    public async Task<List<GuaranteedTarget>> ReadTargetsAsync(
        int? targetId, TimeSpan olderThan, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(TargetsSql);
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<GuaranteedTarget>();
        while (await row.ReadAsync(cancellation))
        {
            targets.Add(ReadTarget(row));
        }

        return targets;
    }

    public async Task<(DateTimeOffset? OldestVerifiedAt, long FilesOverdue)> ReadOverdueAsync(
        GuaranteedTarget target, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(OverdueSql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.VerifyWithinDays });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (ReadTime(row, 0), ReadCount(row, 1));
    }

    /// <summary>Keeps the judgement; where it is another than before, an event says so in the same transaction.</summary>
    /// <returns>Null: nothing to tell.</returns>
    public async Task<GuaranteeNews?> SaveAsync(
        GuaranteedTarget target, TimeSpan? runGap, DateTimeOffset? oldest, long overdue, Guarantee guarantee,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Of several replicas that look at the same moment one tells: the next reads what this one wrote.
        await using (var wait = new NpgsqlCommand("select pg_advisory_xact_lock($1, $2)", connection))
        {
            wait.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LockKey });
            wait.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.Id });
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        var (before, since) = await WriteAsync(connection, target.Id, runGap, oldest, overdue, guarantee, cancellation);
        var news = (before, since) switch
        {
            (null, { } began) => new GuaranteeNews("breached", began),
            ({ } began, null) => new GuaranteeNews("healed", began),
            _ => (GuaranteeNews?)null,
        };
        if (news is { } change)
        {
            await using var tell = new NpgsqlCommand("""
                select scanner.tell_verification_stale($1, jsonb_build_object(
                    'state', $2::text, 'since', $3::timestamptz, 'verifyWithinDays', $4::int, 'filesOverdue', $5::bigint,
                    'oldestVerifiedAt', $6::timestamptz, 'obstacle', $7::text))
                """, connection);
            tell.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.Id });
            tell.Parameters.Add(new NpgsqlParameter<string> { TypedValue = change.State });
            tell.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = change.Since });
            tell.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target.VerifyWithinDays });
            tell.Parameters.Add(new NpgsqlParameter<long> { TypedValue = overdue });
            tell.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = oldest });
            tell.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = guarantee.Obstacle });
            await tell.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return news;
    }

    private static async Task<(DateTimeOffset? Before, DateTimeOffset? Since)> WriteAsync(
        NpgsqlConnection connection, int targetId, TimeSpan? runGap, DateTimeOffset? oldest, long overdue,
        Guarantee guarantee, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SaveSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan?> { TypedValue = runGap });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = oldest });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = overdue });
        command.Parameters.Add(new NpgsqlParameter<double?> { TypedValue = guarantee.NeededBytesPerDay });
        command.Parameters.Add(new NpgsqlParameter<double?> { TypedValue = guarantee.MeasuredBytesPerDay });
        command.Parameters.Add(new NpgsqlParameter<bool?> { TypedValue = guarantee.CanBeMet });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = guarantee.Obstacle });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = guarantee.IsBreached });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (ReadTime(row, 0), ReadTime(row, 1));
    }

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static long ReadCount(NpgsqlDataReader row, int column) => row.GetInt64(column);

    private static GuaranteedTarget ReadTarget(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetBoolean(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
        TimeSpan.FromSeconds(row.GetInt32(5)), BlackoutsColumn.Read(row.GetString(6)), row.GetInt32(7), row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetInt64(9), row.IsDBNull(10) ? null : row.GetDouble(10),
        row.IsDBNull(11) ? TimeSpan.Zero : row.GetTimeSpan(11), row.GetFieldValue<DateTimeOffset>(12),
        row.IsDBNull(13) ? null : row.GetTimeSpan(13));
}

/// <param name="Now">By the database's clock, which the times of the files are of.</param>
/// <param name="RunGap">As it was looked at last; null: not yet, or no schedule.</param>
internal sealed record GuaranteedTarget(
    int Id, string Name, bool Enabled, string? Schedule, string TimeZone, TimeSpan Jitter, IReadOnlyList<Blackout> Blackouts,
    int VerifyWithinDays, DateTimeOffset UpdatedAt, long? BytesPresent, double? BestBytesPerSecond,
    TimeSpan LongestRun, DateTimeOffset Now, TimeSpan? RunGap);

/// <param name="State">breached or healed.</param>
/// <param name="Since">When it was breached.</param>
internal readonly record struct GuaranteeNews(string State, DateTimeOffset Since);
