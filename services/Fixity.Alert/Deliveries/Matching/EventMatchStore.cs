using Fixity.Alert.Deliveries.Judging;
using Npgsql;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>Turns a stretch of a stream into deliveries and gatherings: they and the cursor move in one transaction, or not at all.</summary>
internal sealed class EventMatchStore(NpgsqlDataSource database, DeliveryWriter writer)
{
    /// <returns>How many events were read (fewer than <paramref name="limit"/>: the end), and what became of them.</returns>
    public async Task<MatchedBatch> MatchAsync(EventStream stream, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var after = await EventCursors.LockAsync(connection, stream.Source, cancellation);
        var events = await stream.ReadAsync(connection, after, limit, cancellation);
        if (events.Count == 0)
        {
            // The first look leaves its cursor row.
            await transaction.CommitAsync(cancellation);
            return default;
        }

        var judge = await Judge.ReadAsync(connection, events, cancellation);
        var deliveries = judge.Tell(events, writer);
        await judge.SaveAsync(connection, cancellation);
        var inserted = await DeliveryStore.InsertAsync(connection, deliveries, cancellation);
        await EventCursors.MoveAsync(connection, stream.Source, events[^1].Position, cancellation);
        await transaction.CommitAsync(cancellation);
        return new MatchedBatch(events.Count, inserted, judge.Muted, judge.Repeated);
    }
}

/// <param name="Events">Events that were read.</param>
/// <param name="Deliveries">Deliveries that were made of them at once; the rest is gathered, or told to nobody.</param>
/// <param name="Muted">Events that a mute kept quiet.</param>
/// <param name="Repeated">Events that were told already.</param>
internal readonly record struct MatchedBatch(int Events, int Deliveries, int Muted, int Repeated);
