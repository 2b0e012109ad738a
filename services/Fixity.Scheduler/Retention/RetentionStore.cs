using Npgsql;

namespace Fixity.Scheduler.Retention;

/// <summary>The runs: <c>scheduler.retention_runs</c>, and what each removed.</summary>
internal sealed class RetentionStore(NpgsqlDataSource database)
{
    private const int Shown = 30;

    /// <summary>Asks for a run, or finds the one that is active.</summary>
    public async Task<(RetentionRun Run, bool IsNew)> RequestAsync(string by, CancellationToken cancellation)
    {
        await using var insert = database.CreateCommand("""
            insert into scheduler.retention_runs (requested_by) values ($1) on conflict do nothing returning id
            """);
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        var isNew = await insert.ExecuteScalarAsync(cancellation) is not null;
        // The newest is the active one, or that one, ended since.
        return ((await ListAsync(1, cancellation))[0], isNew);
    }

    /// <summary>Asks for the run of the day, once; a database that has nothing old yet needs none.</summary>
    /// <param name="due">When that of the day begins.</param>
    public async Task RequestDueAsync(DateTimeOffset due, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            insert into scheduler.retention_runs (requested_by)
            select null
            where not exists (select from scheduler.retention_runs where requested_at >= $1)
                and exists (select from scheduler.targets where created_at < $1)
            on conflict do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = due });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The active run, begun if it was not.</summary>
    public async Task<long?> BeginAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scheduler.retention_runs set started_at = coalesce(started_at, now()), updated_at = now()
            where ended_at is null
            returning id
            """);
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    public async Task EndAsync(long runId, string? message, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scheduler.retention_runs set ended_at = now(), updated_at = now(), kind = null, message = $2
            where id = $1 and ended_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = message });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public Task<List<RetentionRun>> ListAsync(CancellationToken cancellation) => ListAsync(Shown, cancellation);

    private async Task<List<RetentionRun>> ListAsync(int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select r.id, r.requested_at, r.requested_by, r.started_at, r.ended_at, r.kind, r.message,
                coalesce(m.kinds, '{}'), coalesce(m.rows, '{}'), coalesce(m.bytes, '{}')
            from scheduler.retention_runs r
            left join lateral (
                select array_agg(kind) as kinds, array_agg(rows) as rows, array_agg(bytes) as bytes
                from scheduler.retention_removals where run_id = r.id
            ) m on true
            order by r.id desc limit $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<RetentionRun>();
        while (await row.ReadAsync(cancellation))
        {
            runs.Add(ReadRun(row));
        }

        return runs;
    }

    private static RetentionRun ReadRun(NpgsqlDataReader row)
    {
        var (started, ended) = (row.GetFieldValue<DateTimeOffset?>(3), row.GetFieldValue<DateTimeOffset?>(4));
        var message = row.IsDBNull(6) ? null : row.GetString(6);
        var (kinds, rows, bytes) = (
            row.GetFieldValue<string[]>(7), row.GetFieldValue<long[]>(8), row.GetFieldValue<long[]>(9));
        return new RetentionRun(
            row.GetInt64(0),
            (started, ended, message) switch
            {
                (_, not null, null) => RetentionStatus.Completed,
                (_, not null, _) => RetentionStatus.Incomplete,
                (null, _, _) => RetentionStatus.Queued,
                _ => RetentionStatus.Running,
            },
            row.GetFieldValue<DateTimeOffset>(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            started,
            ended,
            row.IsDBNull(5) ? null : row.GetString(5),
            message,
            rows.Sum(),
            bytes.Sum(),
            [.. kinds.Select((kind, i) => new RetentionRemoval(RetentionKinds.Parse(kind), rows[i], bytes[i]))
                .OrderBy(removal => removal.Kind)]);
    }
}
