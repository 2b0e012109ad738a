using Npgsql;
using NpgsqlTypes;

namespace Fixity.Scanner.Rollups;

/// <summary>Counts change events by target, quarter of an hour and type, in commit order, each once.</summary>
/// <remarks>Whoever reads adds what is behind the cursor: the sum is exact however late the counting is.</remarks>
internal sealed class TallyStore(NpgsqlDataSource database)
{
    /// <summary>Events that one transaction counts.</summary>
    public const int BatchSize = 50_000;

    // "tally" in ASCII. No row is locked: that would be a write each time that there is nothing to count.
    private const long LockKey = 0x74616c6c79;

    // What is older than is ever asked for is passed, and not counted.
    private const string CountSql = """
        with stretch as materialized (
            select c.transaction_id, c.id, c.target_id, c.type, c.detected_at
            from scanner.change_events c
            where (c.transaction_id, c.id) > ($1, $2)
                and c.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            order by c.transaction_id, c.id
            limit $3
        ), tallied as (
            insert into scanner.change_tallies as t (target_id, slot, type, events)
            select target_id, date_bin('15 minutes', detected_at, '2000-01-01Z') as slot, type, count(*)
            from stretch where detected_at >= now() - interval '400 days'
            group by 1, 2, 3
            on conflict (slot, target_id, type) do update set events = t.events + excluded.events
        ), moved as (
            update scanner.change_tally_cursor k set transaction_id = last.transaction_id, event_id = last.id
            from (select transaction_id, id from stretch order by transaction_id desc, id desc limit 1) last
        )
        select count(*)::integer from stretch
        """;

    /// <returns>How many events were counted; fewer than the batch: there were no more, or another scanner counts.</returns>
    public async Task<int> CountAsync(int batchSize, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var turn = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection))
        {
            turn.With(LockKey);
            if (!(bool)(await turn.ExecuteScalarAsync(cancellation))!)
            {
                return 0;
            }
        }

        var (transactionId, eventId) = await ReadCursorAsync(connection, cancellation);
        await using var count = new NpgsqlCommand(CountSql, connection);
        count.Parameters.Add(
            new NpgsqlParameter<ulong> { TypedValue = transactionId, NpgsqlDbType = NpgsqlDbType.Xid8 });
        count.With(eventId).With(batchSize);
        var counted = (int)(await count.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return counted;
    }

    /// <summary>A year is what is shown; the rest of what is counted is for days that have not ended everywhere.</summary>
    public async Task ForgetPastAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "delete from scanner.change_tallies where slot < now() - interval '400 days'");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<(ulong TransactionId, long EventId)> ReadCursorAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select transaction_id, event_id from scanner.change_tally_cursor", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return Read(row);

        static (ulong, long) Read(NpgsqlDataReader row) => (row.GetFieldValue<ulong>(0), row.GetInt64(1));
    }
}
