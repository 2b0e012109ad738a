using Fixity.Alert.Deliveries.Judging;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;

namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>The gatherings that a stretch of events may add to, read and locked once and written once: <c>alert.gatherings</c>.</summary>
internal sealed class GatheringSet
{
    /// <summary>A batch, and what belongs to no scan, waits so long for more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A digest waits for its scan, but not for ever.</summary>
    public static readonly TimeSpan LongestDigest = TimeSpan.FromHours(24);

    private readonly Dictionary<GatheringKey, Gathering> _open = [];
    private readonly List<long> _closed = [];

    private GatheringSet()
    {
    }

    public static async Task<GatheringSet> ReadAsync(
        NpgsqlConnection connection, int[] targetIds, CancellationToken cancellation)
    {
        // In order of id, as all who lock more than one of them do.
        await using var command = new NpgsqlCommand("""
            select id, webhook_id, mode, target_id, scan_id, counts::text, severity, events::text, first_event_at,
                last_event_at
            from alert.gatherings
            where target_id = any($1)
            order by id
            for update
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = targetIds });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var gatherings = new GatheringSet();
        while (await row.ReadAsync(cancellation))
        {
            gatherings.Take(row);
        }

        return gatherings;
    }

    /// <returns>A batch that is full with it, to be told now.</returns>
    public FullBatch? Add(WebhookRule webhook, SourceEvent found, Severity severity, Func<MessageEvent> detail)
    {
        var key = new GatheringKey(
            webhook.Id, webhook.Mode, found.TargetId, webhook.Mode == WebhookMode.Digest ? found.ScanId : null);
        if (!_open.TryGetValue(key, out var gathering))
        {
            _open.Add(key, gathering = new Gathering(null, new Gathered(key.TargetId, key.ScanId, key.Mode)));
        }

        gathering.Gathered.Add(found.Type, severity, found.OccurredAt, detail);
        gathering.IsChanged = true;
        if (!gathering.Gathered.IsFull)
        {
            return null;
        }

        _open.Remove(key);
        if (gathering.Id is { } id)
        {
            _closed.Add(id);
        }

        return new FullBatch($"batch:{gathering.Gathered.Events[0].Key}", gathering.Gathered);
    }

    public async Task SaveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_closed.Count > 0)
        {
            await using var close = new NpgsqlCommand("delete from alert.gatherings where id = any($1)", connection);
            close.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. _closed] });
            await close.ExecuteNonQueryAsync(cancellation);
        }

        foreach (var (key, gathering) in _open.Where(open => open.Value.IsChanged))
        {
            await (gathering.Id is { } id
                ? UpdateAsync(connection, id, gathering, cancellation)
                : InsertAsync(connection, key, gathering, cancellation));
        }
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, GatheringKey key, Gathering gathering, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into alert.gatherings (
                counts, severity, events, event_count, first_event_at, last_event_at, webhook_id, mode, target_id,
                scan_id, due_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11)
            """, connection);
        GatheringColumns.Add(command, gathering.Gathered);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = key.WebhookId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Mode.Word() });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = key.TargetId });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = key.ScanId });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>
        {
            TypedValue = key is { Mode: WebhookMode.Digest, ScanId: not null } ? LongestDigest : Patience,
        });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task UpdateAsync(
        NpgsqlConnection connection, long id, Gathering gathering, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update alert.gatherings
            set counts = $1, severity = $2, events = $3, event_count = $4, first_event_at = $5, last_event_at = $6
            where id = $7
            """, connection);
        GatheringColumns.Add(command, gathering.Gathered);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private void Take(NpgsqlDataReader row)
    {
        var gathered = GatheringColumns.Read(row, 2);
        _open.Add(
            new GatheringKey(row.GetInt32(1), gathered.Mode, gathered.TargetId, gathered.ScanId),
            new Gathering(row.GetInt64(0), gathered));
    }

    private readonly record struct GatheringKey(int WebhookId, WebhookMode Mode, int? TargetId, long? ScanId);

    /// <param name="id">Of its row; null: it has none yet.</param>
    private sealed class Gathering(long? id, Gathered gathered)
    {
        public long? Id => id;

        public Gathered Gathered => gathered;

        public bool IsChanged { get; set; }
    }
}

/// <param name="Key">That names it for its webhook.</param>
internal sealed record FullBatch(string Key, Gathered Gathered);
