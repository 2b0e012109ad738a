using System.Data;
using Fixity.Core;
using Npgsql;

namespace Fixity.Scheduler.Retention;

/// <summary>Does one run: batch by batch, each with its count in one transaction, so that a run which is killed at any
/// point is gone on with by the next replica and tells the truth about what it removed.</summary>
internal sealed class RetentionRunner(RetentionStore runs, TimeProvider clock, ILogger<RetentionRunner> logger)
{
    /// <summary>What one transaction removes at most.</summary>
    public const int BatchRows = 10_000;

    private const int DropAttempts = 5;

    // Counting the rows of a month may take a while; a batch does not.
    private const int CommandSeconds = 600;

    private static readonly TimeSpan DropPause = TimeSpan.FromSeconds(5);

    /// <param name="connection">Holds the lock: when it is lost, so is the work in flight.</param>
    public async Task RunAsync(
        NpgsqlConnection connection, long runId, SettingValues settings, CancellationToken cancellation)
    {
        var left = new List<string>();
        foreach (var kind in Enum.GetValues<RetentionKind>())
        {
            try
            {
                var time = kind.Time(settings);
                if (kind == RetentionKind.ChangeEvents)
                {
                    left.AddRange(await DropPartitionsAsync(connection, runId, time, cancellation));
                }

                await PurgeAsync(connection, runId, kind, time, cancellation);
            }
            catch (PostgresException e) when (connection.State == ConnectionState.Open)
            {
                // One kind that cannot be removed does not hold up the others.
                logger.RemovalFailed(e, kind.Word(), runId);
                left.Add($"The {kind.Word()} could not be removed: {e.MessageText}.");
            }
        }

        await runs.EndAsync(runId, left.Count == 0 ? null : string.Join(" ", left), cancellation);
        logger.RunEnded(runId, left.Count);
    }

    /// <returns>A sentence for each partition that somebody held on to.</returns>
    private async Task<IReadOnlyList<string>> DropPartitionsAsync(
        NpgsqlConnection connection, long runId, int days, CancellationToken cancellation)
    {
        var held = new List<string>();
        foreach (var partition in await ReadPastAsync(connection, days, cancellation))
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await DropPartitionAsync(connection, runId, partition, days, cancellation);
                    break;
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
                {
                    if (attempt == DropAttempts)
                    {
                        held.Add($"{partition} was in use; the next run drops it.");
                        break;
                    }

                    await Task.Delay(DropPause, clock, cancellation);
                }
            }
        }

        return held;
    }

    private static async Task<List<string>> ReadPastAsync(
        NpgsqlConnection connection, int days, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select p from scheduler.past_change_partitions($1) as p", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = days });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var partitions = new List<string>();
        while (await row.ReadAsync(cancellation))
        {
            partitions.Add(row.GetString(0));
        }

        return partitions;
    }

    private async Task DropPartitionAsync(
        NpgsqlConnection connection, long runId, string partition, int days, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var drop = new NpgsqlCommand(
            "select dropped, removed, bytes from scheduler.drop_change_partition($1, $2)", connection)
        {
            CommandTimeout = CommandSeconds,
        };
        drop.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition });
        drop.Parameters.Add(new NpgsqlParameter<int> { TypedValue = days });
        bool dropped;
        Removal removal;
        await using (var row = await drop.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            (dropped, removal) = ReadDropped(row);
        }

        if (!dropped)
        {
            logger.PartitionKept(partition);
            return;
        }

        await CountAsync(connection, runId, RetentionKind.ChangeEvents, removal, cancellation);
        await transaction.CommitAsync(cancellation);
        logger.PartitionDropped(partition, removal.Rows, removal.Bytes);
    }

    private static async Task PurgeAsync(
        NpgsqlConnection connection, long runId, RetentionKind kind, int time, CancellationToken cancellation)
    {
        int? place = 0;
        while (place is { } here)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var removal = await PurgeBatchAsync(connection, kind, time, here, cancellation);
            await CountAsync(connection, runId, kind, removal, cancellation);
            await transaction.CommitAsync(cancellation);
            place = removal.NextPlace;
        }
    }

    private static async Task<Removal> PurgeBatchAsync(
        NpgsqlConnection connection, RetentionKind kind, int time, int place, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the constants of RetentionKinds.
        await using var purge = new NpgsqlCommand(kind.Sql(), connection) { CommandTimeout = CommandSeconds };
#pragma warning restore CA2100
        purge.Parameters.Add(new NpgsqlParameter<int> { TypedValue = time });
        purge.Parameters.Add(new NpgsqlParameter<int> { TypedValue = place });
        purge.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchRows });
        await using var row = await purge.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadRemoval(row);
    }

    private static async Task CountAsync(
        NpgsqlConnection connection, long runId, RetentionKind kind, Removal removal, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with counted as (
                insert into scheduler.retention_removals as m (run_id, kind, rows, bytes)
                select $1, $2, $3, $4 where $3 > 0
                on conflict (run_id, kind) do update set rows = m.rows + excluded.rows, bytes = m.bytes + excluded.bytes
            )
            update scheduler.retention_runs set kind = $2, updated_at = clock_timestamp() where id = $1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = runId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind.Word() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = removal.Rows });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = removal.Bytes });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static (bool Dropped, Removal Removal) ReadDropped(NpgsqlDataReader row) =>
        (row.GetBoolean(0), new Removal(row.GetInt64(1), row.GetInt64(2), null));

    private static Removal ReadRemoval(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<int?>(2));

    /// <param name="NextPlace">Where the next batch begins; null: nothing is left.</param>
    private sealed record Removal(long Rows, long Bytes, int? NextPlace);
}
