using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>Makes deliveries of gatherings that are complete, or have waited long enough; each by one replica.</summary>
internal sealed class GatheringStore(NpgsqlDataSource database, DeliveryWriter writer)
{
    private const int AtATime = 20;

    // Whoever sees that the scan has ended sees all its events, and all are of transactions before this place.
    // A scan whose row is gone has ended too.
    private const string MarkSql = """
        update alert.gatherings set closing_after = pg_snapshot_xmax(pg_current_snapshot())
        where id in (
            select g.id from alert.gatherings g
            where g.scan_id is not null and g.closing_after is null and not exists (
                select from scheduler.scans s where s.id = g.scan_id and s.status in ('queued', 'running', 'paused'))
            order by g.id
            for update skip locked)
        """;

    // Up to that place both streams have to be matched: cursor and gatherings moved in one transaction.
    private const string DueSql = """
        select g.id, g.mode, g.target_id, g.scan_id, g.counts::text, g.severity, g.events::text, g.first_event_at,
            g.last_event_at, w.id, w.format, w.template, w.event_includes
        from alert.gatherings g
        join alert.webhooks w on w.id = g.webhook_id
        where g.due_at <= now() or (
            g.closing_after is not null
            and (select count(*) from alert.cursors) = 2
            and not exists (
                select from alert.cursors c
                join scanner.change_events e on (e.transaction_id, e.id) > (c.transaction_id, c.event_id)
                where c.source = 'change_events' and e.transaction_id < g.closing_after)
            and not exists (
                select from alert.cursors c
                join scanner.target_events e on (e.transaction_id, e.id) > (c.transaction_id, c.event_id)
                where c.source = 'target_events' and e.transaction_id < g.closing_after))
        order by g.id
        limit $1
        for update of g skip locked
        for key share of w skip locked
        """;

    // Of damage nobody waits for the end of a long scan. A short one is left to end: then there is one message.
    private const string EarlySql = """
        select g.id, g.mode, g.target_id, g.scan_id, g.counts::text, g.severity, g.events::text, g.first_event_at,
            g.last_event_at, w.id, w.format, w.template, w.event_includes
        from alert.gatherings g
        join alert.webhooks w on w.id = g.webhook_id
        where g.mode = 'digest' and g.scan_id is not null and g.closing_after is null and g.severity = 'critical'
            and not g.told_urgently and g.opened_at < now() - interval '10 seconds'
        order by g.id
        limit $1
        for update of g skip locked
        for key share of w skip locked
        """;

    /// <summary>Of each digest that is critical while its scan goes on one early word: what it holds so far.</summary>
    /// <returns>How many deliveries were made.</returns>
    public async Task<int> TellEarlyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var urgent = await ReadAsync(connection, EarlySql, cancellation);
        if (urgent.Count == 0)
        {
            return 0;
        }

        var told = urgent
            .Select(gathering => writer.WriteGathered(
                gathering.Form, $"so-far:{gathering.Key}", gathering.Gathered, isSoFar: true))
            .ToList();
        var deliveries = await DeliveryStore.InsertAsync(connection, told, cancellation);
        await using (var note = new NpgsqlCommand(
            "update alert.gatherings set told_urgently = true where id = any($1)", connection))
        {
            note.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. urgent.Select(gathering => gathering.Id)] });
            await note.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return deliveries;
    }

    /// <returns>How many were closed (as many as are taken at a time: there may be more), and how many deliveries made.</returns>
    public async Task<ClosedGatherings> CloseAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var mark = new NpgsqlCommand(MarkSql, connection))
        {
            await mark.ExecuteNonQueryAsync(cancellation);
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var due = await ReadAsync(connection, DueSql, cancellation);
        if (due.Count == 0)
        {
            return default;
        }

        var told = due.Where(gathering => gathering.IsTold)
            .Select(gathering => writer.WriteGathered(gathering.Form, gathering.Key, gathering.Gathered))
            .ToList();
        var deliveries = await DeliveryStore.InsertAsync(connection, told, cancellation);
        await using (var delete = new NpgsqlCommand("delete from alert.gatherings where id = any($1)", connection))
        {
            delete.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. due.Select(gathering => gathering.Id)] });
            await delete.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return new ClosedGatherings(due.Count, deliveries, due.Count == AtATime);
    }

    private static async Task<IReadOnlyList<DueGathering>> ReadAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtATime });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var due = new List<DueGathering>();
        while (await row.ReadAsync(cancellation))
        {
            due.Add(ReadDue(row));
        }

        return due;
    }

    private static DueGathering ReadDue(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        GatheringColumns.Read(row, 1),
        WebhookForm.Read(row, 9),
        row.GetFieldValue<string[]>(12));

    private sealed record DueGathering(long Id, Gathered Gathered, WebhookForm Form, IReadOnlyList<string> Includes)
    {
        public string Key => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{Gathered.Mode.Word()}:{Id}");

        /// <summary>Who did not ask for it by name is not told every night that nothing happened.</summary>
        public bool IsTold =>
            !Gathered.IsUneventful || Includes.Any(pattern => EventTypes.Matches(pattern, "scan.completed"));
    }
}

/// <param name="Closed">Told or not.</param>
/// <param name="AreMore">Perhaps.</param>
internal readonly record struct ClosedGatherings(int Closed, int Deliveries, bool AreMore);
