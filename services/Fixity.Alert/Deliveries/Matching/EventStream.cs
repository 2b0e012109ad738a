using System.Globalization;
using System.Text.Json;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Core;
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
        await using var command = CreateNextCommand(connection);
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after.TransactionId, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.EventId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAllAsync(command, cancellation);
    }

    /// <summary>Events that were matched before, as far as they are kept.</summary>
    /// <param name="keys">Of any stream.</param>
    public async Task<IReadOnlyList<SourceEvent>> ReadAgainAsync(
        NpgsqlConnection connection, IEnumerable<string> keys, CancellationToken cancellation)
    {
        var prefix = KeyPrefix + ":";
        await using var command = CreateAgainCommand(connection);
        command.Parameters.Add(new NpgsqlParameter<long[]>
        {
            TypedValue =
            [
                .. from key in keys
                where key.StartsWith(prefix, StringComparison.Ordinal)
                select long.Parse(key.AsSpan(prefix.Length), CultureInfo.InvariantCulture),
            ],
        });
        return await ReadAllAsync(command, cancellation);
    }

    /// <summary>Before the id in the keys of its events.</summary>
    protected abstract string KeyPrefix { get; }

    /// <summary>Takes a transaction, an id and a limit.</summary>
    protected abstract NpgsqlCommand CreateNextCommand(NpgsqlConnection connection);

    /// <summary>Takes ids.</summary>
    protected abstract NpgsqlCommand CreateAgainCommand(NpgsqlConnection connection);

    protected abstract SourceEvent ReadEvent(NpgsqlDataReader row);

    protected string KeyOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}:{id}");

    private async Task<IReadOnlyList<SourceEvent>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var events = new List<SourceEvent>();
        while (await row.ReadAsync(cancellation))
        {
            events.Add(ReadEvent(row));
        }

        return events;
    }
}

/// <summary>A place in a stream: all up to and including this event has been matched.</summary>
internal readonly record struct EventPosition(ulong TransactionId, long EventId);

/// <summary>An event as it was found.</summary>
/// <param name="Key">Names it over both streams; a webhook is told each once.</param>
/// <param name="Type">A webhook event; or a word that no webhook is told, such as <c>file.accepted</c>.</param>
/// <param name="Usual">Its severity where the target says nothing.</param>
/// <param name="Path">Of a file's event; null: it is about no file.</param>
/// <param name="PreviousPath">Of a file that moved.</param>
/// <param name="Data">What is particular to its type, as it is told.</param>
internal sealed record SourceEvent(
    EventPosition Position,
    string Key,
    string Type,
    Severity Usual,
    DateTimeOffset OccurredAt,
    PayloadTarget Target,
    long? ScanId,
    string? Path,
    string? PreviousPath,
    object Data)
{
    public int TargetId => Target.Id;

    public MessageEvent Tell(Severity severity) => new(
        Key, Type, severity, OccurredAt, Target, ScanId, Data is JsonElement data ? data : MessageJson.ToElement(Data));
}
