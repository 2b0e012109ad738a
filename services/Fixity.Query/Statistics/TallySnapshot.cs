using System.Data;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Statistics;

/// <summary>One moment of the database, and how far the scanner had counted change events in it.</summary>
/// <remarks>
/// What is counted and what is behind the cursor are read in two statements, which must see the same; and the second one
/// is told the cursor as a constant, since a planner who cannot see how little is behind it reads everything.
/// </remarks>
internal sealed class TallySnapshot : IAsyncDisposable
{
    private readonly NpgsqlTransaction _transaction;

    private TallySnapshot(NpgsqlTransaction transaction, ulong transactionId, long eventId) =>
        (_transaction, TransactionId, EventId) = (transaction, transactionId, eventId);

    public ulong TransactionId { get; }

    public long EventId { get; }

    public static async Task<TallySnapshot> TakeAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var command = new NpgsqlCommand(
                "select transaction_id, event_id from scanner.change_tally_cursor", connection);
            var cursor = (await command.ReadOneAsync(
                row => Tuple.Create(row.GetFieldValue<ulong>(0), row.GetInt64(1)), cancellation))!;
            return new TallySnapshot(transaction, cursor.Item1, cursor.Item2);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public NpgsqlCommand CreateCommand(string sql)
    {
#pragma warning disable CA2100 // A constant of the one who asks.
        return new NpgsqlCommand(sql, _transaction.Connection);
#pragma warning restore CA2100
    }

    public async ValueTask DisposeAsync()
    {
        var connection = _transaction.Connection;
        await _transaction.DisposeAsync();
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
