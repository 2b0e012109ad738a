using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Fixity.Query.Exports;

/// <summary>The database as it stood at one moment, for reading more than fits in memory.</summary>
/// <remarks>
/// <para>One transaction, so that everything read through it agrees; one cursor at a time, a thousand rows a fetch, so that
/// neither side ever holds more and whoever stops reading leaves at most that much unread. Between fetches nothing runs
/// in the database, but it keeps old row versions until the end: hence the limit on how long it may last.</para>
/// <para>The settings make the planner prefer the plan whose first row comes soonest: an index in the order asked for,
/// and never a sort of everything.</para>
/// </remarks>
internal sealed class ReadSnapshot : IAsyncDisposable
{
    /// <summary>Begins the text of every statement that is read through <see cref="RowsAsync"/>.</summary>
    public const string Declare = "declare export no scroll cursor for ";

    private const int RowsAFetch = 1_000;
    private const string Fetch = "fetch forward 1000 from export";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private ReadSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    /// <param name="longest">What the database itself enforces, should this process not be able to any more.</param>
    public static async Task<ReadSnapshot> OpenAsync(
        NpgsqlDataSource database, TimeSpan longest, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var settings = new NpgsqlCommand("""
                select set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true),
                    set_config('cursor_tuple_fraction', '0.0001', true),
                    set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)
                """, connection);
            var milliseconds = (long)longest.TotalMilliseconds;
            settings.Parameters.Add(new NpgsqlParameter<string>
            {
                TypedValue = milliseconds.ToString(CultureInfo.InvariantCulture),
            });
            await settings.ExecuteNonQueryAsync(cancellation);
            return new ReadSnapshot(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The one row of a small statement; null: there is none.</summary>
    public async Task<T?> OneAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        Attach(command);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? read(row) : null;
    }

    /// <summary>For statements that must have all rows before they have the first: memory for it, and no plan that
    /// thinks of the first rows alone.</summary>
    public async Task PreferWholeAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select set_config('cursor_tuple_fraction', '1', true), set_config('work_mem', '64MB', true)
            """, _connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Plans the statement, and fails now if it cannot run. The rows are found as they are read.</summary>
    /// <param name="declare">Begins with <see cref="Declare"/>.</param>
    public async Task OpenCursorAsync(NpgsqlCommand declare, CancellationToken cancellation)
    {
        Attach(declare);
        await declare.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The rows of the cursor that is open; at their end it is closed.</summary>
    public async IAsyncEnumerable<T> RowsAsync<T>(
        Func<NpgsqlDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var fetch = new NpgsqlCommand(Fetch, _connection);
        fetch.CommandTimeout = 0; // The snapshot's own limit holds.
        var fetched = RowsAFetch;
        while (fetched == RowsAFetch)
        {
            fetched = 0;
            await using var row = await fetch.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                fetched++;
                yield return read(row);
            }
        }

        await using var close = new NpgsqlCommand("close export", _connection);
        await close.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private void Attach(NpgsqlCommand command)
    {
        command.Connection = _connection;
        command.Transaction = _transaction;
        command.CommandTimeout = 0;
    }
}
