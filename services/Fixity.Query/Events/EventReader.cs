using System.Text.Json;
using Fixity.Query.Changes;
using Fixity.Query.Reading;
using Fixity.Query.Scans;
using Fixity.Query.Targets;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Query.Events;

/// <summary>Makes events of what was spoken of, as it is in the database now.</summary>
internal sealed class EventReader(
    NpgsqlDataSource database, ScanQueries scans, TargetQueries targets, IOptions<JsonOptions> json)
{
    /// <summary>How many changes there are in a piece of the feed, by target and scan, and how far that piece goes.</summary>
    /// <remarks>
    /// One row at least. What is committed and beyond the oldest open transaction cannot be read yet: something may still
    /// come up before it.
    /// </remarks>
    internal const string TallySql = """
        with stretch as materialized (
            select c.transaction_id, c.id, c.target_id, c.scan_id
            from scanner.change_events c
            where (c.transaction_id, c.id) > ($1, $2)
              and (c.transaction_id, c.id) <= ($3, $4)
              and c.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            order by c.transaction_id, c.id
            limit $5
        )
        select pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot()),
               every.events, last.transaction_id, last.id, one.target_id, one.scan_id, one.changes
        from (select count(*) as events from stretch) every
        left join (select transaction_id, id from stretch order by transaction_id desc, id desc limit 1) last on true
        left join (select target_id, scan_id, count(*) as changes from stretch group by target_id, scan_id) one on true
        """;

    private static readonly ChangePosition End = new(ulong.MaxValue, long.MaxValue);

    private JsonSerializerOptions Options => json.Value.SerializerOptions;

    /// <summary>The changes after a place of the feed, up to the number that is looked at.</summary>
    public Task<ChangeTally> TallyAsync(ChangePosition after, int limit, CancellationToken cancellation) =>
        TallyAsync(after, End, limit, cancellation);

    /// <summary>The same, and no further than <paramref name="until"/>.</summary>
    public async Task<ChangeTally> TallyAsync(
        ChangePosition after, ChangePosition until, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(TallySql);
        BindTally(command, after, until, limit);
        var rows = await command.ReadAllAsync(ReadTally, cancellation);
        var isAtEnd = rows[0].Events < limit;
        var end = isAtEnd ? rows[0].Horizon : rows[0].Last!.Value;
        return new ChangeTally(
            [
                .. rows.Select(row => row.Change).OfType<ChangeEventView>()
                    // A person's acts have no scan: they are told apart by target, below the ids of scans.
                    .Select(change => new LiveEvent("change", change.ScanId ?? -change.TargetId, change, Options)),
            ],
            end.CompareTo(after) > 0 ? end : after, isAtEnd, rows[0].Horizon.TransactionId, rows[0].Soonest);
    }

    /// <summary>Scans, targets and webhooks as they stand.</summary>
    public async Task<List<LiveEvent>> ReadAsync(Progress spoken, CancellationToken cancellation)
    {
        var events = new List<LiveEvent>();
        foreach (var scan in await scans.ManyAsync([.. spoken.ScanIds], cancellation))
        {
            events.Add(new LiveEvent("scan", scan.Id, scan, Options));
        }

        if (spoken.TargetIds.Count > 0)
        {
            foreach (var (targetId, state) in await targets.StatesAsync([.. spoken.TargetIds], cancellation))
            {
                events.Add(new LiveEvent("target", targetId, new TargetEventView(targetId, state), Options));
            }
        }

        foreach (var (webhookId, state) in spoken.Webhooks)
        {
            events.Add(new LiveEvent("webhook", webhookId, new WebhookEventView(webhookId, state), Options));
        }

        return events;
    }

    internal static void BindTally(NpgsqlCommand command, ChangePosition after, ChangePosition until, int limit) => command
        .WithTransaction(after.TransactionId)
        .With(after.Id)
        .WithTransaction(until.TransactionId)
        .With(until.Id)
        .With(limit);

    private static TallyRow ReadTally(NpgsqlDataReader row) => new(
        new ChangePosition(row.GetFieldValue<ulong>(0), 0),
        row.GetFieldValue<ulong>(1),
        row.GetInt64(2),
        row.IsDBNull(3) ? null : new ChangePosition(row.GetFieldValue<ulong>(3), row.GetInt64(4)),
        row.IsDBNull(5) ? null : new ChangeEventView(row.GetInt32(5), row.LongOrNull(6), row.GetInt64(7)));

    private sealed record TallyRow(
        ChangePosition Horizon, ulong Soonest, long Events, ChangePosition? Last, ChangeEventView? Change);
}

/// <summary>How many changes there are in a piece of the feed.</summary>
/// <param name="Next">Where the piece ends.</param>
/// <param name="IsAtEnd">All that can be read now was read.</param>
/// <param name="Horizon">Every transaction below it has ended.</param>
/// <param name="Soonest">The next transaction that begins is this one or later.</param>
internal sealed record ChangeTally(
    IReadOnlyList<LiveEvent> Events, ChangePosition Next, bool IsAtEnd, ulong Horizon, ulong Soonest);
