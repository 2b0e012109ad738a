using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;

namespace Fixity.Alert.Deliveries.Overflow;

/// <summary>Folds deliveries that are too many, or have waited too long, into one sum a target: none is dropped unsaid.</summary>
internal sealed class OverflowStore(NpgsqlDataSource database, DeliveryWriter writer)
{
    private static readonly IReadOnlyList<EventStream> Streams = [new ChangeEventStream(), new TargetEventStream()];

    /// <summary>Webhooks with more pending deliveries than that, or older ones, and the targets with some to fold.</summary>
    /// <remarks>A sum alone is not folded again: there has to be more to add to it.</remarks>
    public async Task<IReadOnlyList<OverflowPlace>> FindAsync(
        int mostPending, TimeSpan longestPending, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with over as (
                select d.webhook_id from alert.webhook_deliveries d where d.status = 'pending'
                group by d.webhook_id
                having count(*) > $1 or min(d.created_at) < now() - $2
            )
            select d.webhook_id, d.target_id
            from over join alert.webhook_deliveries d using (webhook_id)
            where d.status = 'pending' and d.attempt = 0 and d.last_attempt_at is null
                and (d.kind = 'event' or d.folded is not null)
            group by d.webhook_id, d.target_id
            having count(*) > 1
            order by d.webhook_id, d.target_id
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = mostPending });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = longestPending });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var places = new List<OverflowPlace>();
        while (await row.ReadAsync(cancellation))
        {
            places.Add(ReadPlace(row));
        }

        return places;
    }

    /// <returns>How many deliveries became one; 0 when somebody else was quicker.</returns>
    public async Task<int> FoldAsync(OverflowPlace place, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await FindFormAsync(connection, place.WebhookId, cancellation) is not { } form
            || await TakeAsync(connection, place, cancellation) is not { Count: > 1 } taken)
        {
            return 0;
        }

        var gathered = new Gathered(place.TargetId, null, WebhookMode.Digest);
        GatheringColumns.AddFolded(gathered, taken.Folded);
        if (taken.Counts.Count > 0)
        {
            gathered.Add(
                taken.Counts, WebhookWords.Parse<Severity>(taken.Severity), taken.FirstEventAt, taken.LastEventAt,
                await DetailsAsync(connection, taken, cancellation));
        }

        var delivery = writer.WriteGathered(
            form, $"folded:{Guid.NewGuid()}", gathered, folded: GatheringColumns.Fold(gathered));
        await DeliveryStore.InsertAsync(connection, [delivery], cancellation);
        await transaction.CommitAsync(cancellation);
        return taken.Count;
    }

    // Locked: of several replicas one folds, and its settings stay as they are meanwhile.
    private static async Task<WebhookForm?> FindFormAsync(
        NpgsqlConnection connection, int webhookId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, format, template from alert.webhooks where id = $1 for no key update skip locked", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = webhookId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? WebhookForm.Read(row, 0) : null;
    }

    // What was attempted stays: its receiver may have it, under its id.
    private static async Task<TakenDeliveries> TakeAsync(
        NpgsqlConnection connection, OverflowPlace place, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with taken as (
                delete from alert.webhook_deliveries where id in (
                    select d.id from alert.webhook_deliveries d
                    where d.webhook_id = $1 and d.target_id is not distinct from $2 and d.status = 'pending'
                        and d.attempt = 0 and d.last_attempt_at is null and (d.kind = 'event' or d.folded is not null)
                    for update skip locked)
                returning event_key, event_type, severity, sequence, first_event_at, created_at, folded
            ), single as (
                select *, array_position(array['info', 'low', 'medium', 'high', 'critical'], severity) as rank,
                    coalesce(first_event_at, created_at) as at
                from taken where folded is null
            )
            select (select count(*) from taken)::integer,
                (select coalesce(jsonb_object_agg(c.event_type, c.events), '{}')::text
                    from (select event_type, count(*) as events from single group by event_type) c),
                (select severity from single order by rank desc limit 1),
                (select min(at) from single),
                (select max(at) from single),
                array(select event_key from single order by rank desc, sequence limit $3),
                (select coalesce(jsonb_agg(folded), '[]')::text from taken where folded is not null)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = place.WebhookId });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = place.TargetId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Gathered.Worst });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return ReadTaken(row);
    }

    private static async Task<IReadOnlyList<Messages.MessageEvent>> DetailsAsync(
        NpgsqlConnection connection, TakenDeliveries taken, CancellationToken cancellation)
    {
        var events = new Dictionary<string, SourceEvent>();
        foreach (var stream in Streams)
        {
            foreach (var found in await stream.ReadAgainAsync(connection, taken.WorstKeys, cancellation))
            {
                events[found.Key] = found;
            }
        }

        var severities = await SeveritiesAsync(connection, events.Values, cancellation);
        return [.. taken.WorstKeys.Where(events.ContainsKey).Select(key => events[key])
            .Select(found => found.Tell(severities.Of(found.TargetId, found.Type, found.Usual)))];
    }

    private static Task<SeverityRules> SeveritiesAsync(
        NpgsqlConnection connection, IEnumerable<SourceEvent> events, CancellationToken cancellation) =>
        SeverityStore.ReadAsync(
            connection, [.. events.Select(found => found.TargetId).Distinct()], cancellation);

    private static OverflowPlace ReadPlace(NpgsqlDataReader row) =>
        new(row.GetInt32(0), row.IsDBNull(1) ? null : row.GetInt32(1));

    private static TakenDeliveries ReadTaken(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        GatheringColumns.Of<Dictionary<string, long>>(row.GetString(1)),
        row.IsDBNull(2) ? "info" : row.GetString(2),
        row.IsDBNull(3) ? default : row.GetFieldValue<DateTimeOffset>(3),
        row.IsDBNull(4) ? default : row.GetFieldValue<DateTimeOffset>(4),
        row.GetFieldValue<string[]>(5),
        row.GetString(6));

    /// <param name="Counts">Of single events, by type.</param>
    /// <param name="Folded">Earlier sums among them, as an array.</param>
    private sealed record TakenDeliveries(
        int Count,
        IReadOnlyDictionary<string, long> Counts,
        string Severity,
        DateTimeOffset FirstEventAt,
        DateTimeOffset LastEventAt,
        IReadOnlyList<string> WorstKeys,
        string Folded);
}

/// <summary>A webhook and a target of whose deliveries too many wait.</summary>
/// <param name="TargetId">Null: about no target.</param>
internal readonly record struct OverflowPlace(int WebhookId, int? TargetId);
