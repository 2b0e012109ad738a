using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>One of the scanner's tables of events, read in commit order.</summary>
internal abstract class EventStream
{
    /// <summary>The table's name, under which its cursor is kept.</summary>
    public abstract string Source { get; }

    /// <summary>Events after a position, of transactions that nobody older can still join, oldest first.</summary>
    /// <remarks>
    /// Ids are drawn when a row is inserted, not when it is committed: a reader by id passes a late committer by. Below
    /// <c>pg_snapshot_xmin</c> every transaction has ended, and this very snapshot sees what it left.
    /// </remarks>
    public async Task<IReadOnlyList<SourceEvent>> ReadAsync(
        NpgsqlConnection connection, EventPosition after, int limit, CancellationToken cancellation)
    {
        await using var command = CreateCommand(connection);
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after.TransactionId, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.EventId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var events = new List<SourceEvent>();
        while (await row.ReadAsync(cancellation))
        {
            events.Add(ReadEvent(row));
        }

        return events;
    }

    protected abstract NpgsqlCommand CreateCommand(NpgsqlConnection connection);

    protected abstract SourceEvent ReadEvent(NpgsqlDataReader row);
}

/// <summary>A place in a stream: all up to and including this event has been matched.</summary>
internal readonly record struct EventPosition(ulong TransactionId, long EventId);

/// <summary>An event as it was found.</summary>
/// <param name="Key">Names it over both streams; a webhook gets one delivery a key.</param>
/// <param name="Type">A webhook event; or a word that no webhook is told, which is skipped.</param>
internal sealed record SourceEvent(
    EventPosition Position,
    string Key,
    string Type,
    DateTimeOffset OccurredAt,
    PayloadTarget Target,
    long? ScanId,
    object Data);
