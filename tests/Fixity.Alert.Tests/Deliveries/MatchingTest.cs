using System.Globalization;
using System.Text.Json;
using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Alert.Tests.Deliveries;

/// <summary>A test of who is told what: events as the scanner commits them, and the deliveries that they become.</summary>
public abstract class MatchingTest : AlertTest
{
    private protected static readonly ChangeEventStream Changes = new();
    private protected static readonly TargetEventStream TargetEvents = new();

    private protected static async Task<int> AddAsync(
        ServiceProvider parts, WebhookMode mode, Func<WebhookRequest, WebhookRequest>? settings = null)
    {
        var request = new WebhookRequest("w", "http://127.0.0.1:1/", Mode: mode);
        return await parts.GetRequiredService<WebhookStore>().CreateAsync(
            settings?.Invoke(request) ?? request, Secret, CancellationToken.None);
    }

    /// <summary>Changes as one transaction of a scan commits them: <paramref name="count"/> files with paths p/1, p/2 …</summary>
    protected Task AddChangesAsync(
        string type, int count, long? scan = null, string paths = "p", int? target = null, string checksum = "01fe",
        long firstFile = 1) => Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
        insert into scanner.change_events (target_id, scan_id, file_id, path, type, old_size, algorithm, old_checksum, new_checksum)
        select {target ?? TargetId}, {(scan is { } id ? id : "null")}, n, '{paths}/' || n, '{type}', 5, 1, '\x00ff', '\x{checksum}'
        from generate_series({firstFile}, {firstFile + count - 1}) n
        """));

    protected Task AddEventAsync(string type, long? scan = null, string details = "{}", int? target = null) =>
        Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into scanner.target_events (target_id, scan_id, type, details)
            values ({target ?? TargetId}, {(scan is { } id ? id : "null")}, '{type}', '{details}')
            """));

    /// <summary>The scan's row and its event, as its end writes them.</summary>
    protected async Task EndScanAsync(long scan, string status, string? tell = null)
    {
        await Database.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture, $"update scheduler.scans set status = '{status}', ended_at = now() where id = {scan}"));
        if (tell is not null)
        {
            await AddEventAsync(tell, scan);
        }
    }

    private protected Task MatchAsync(ServiceProvider parts) => MatchAsync(parts, Changes, TargetEvents);

    /// <summary>Matches until the cursors are at the last event: transactions of other tests on this server hold them back a moment.</summary>
    private protected async Task MatchAsync(ServiceProvider parts, params EventStream[] streams)
    {
        var store = parts.GetRequiredService<EventMatchStore>();
        foreach (var stream in streams)
        {
            await EventuallyAsync(async () =>
            {
                while ((await store.MatchAsync(stream, EventMatcher.BatchSize, CancellationToken.None)).Events > 0)
                {
                }

                return !await Database.ScalarAsync<bool>($"""
                    select exists (select from scanner.{stream.Source} e, alert.cursors c
                    where c.source = '{stream.Source}' and (e.transaction_id, e.id) > (c.transaction_id, c.event_id))
                    """);
            }, $"all {stream.Source} are matched");
        }
    }

    /// <returns>How many digests had an early word. All that are open count as open for long enough.</returns>
    private protected async Task<int> TellEarlyAsync(ServiceProvider parts)
    {
        await Database.ExecuteAsync("update alert.gatherings set opened_at = opened_at - interval '10 seconds'");
        return await parts.GetRequiredService<GatheringStore>().TellEarlyAsync(CancellationToken.None);
    }

    private protected static async Task<int> CloseAsync(ServiceProvider parts)
    {
        var store = parts.GetRequiredService<GatheringStore>();
        var closed = 0;
        ClosedGatherings round;
        do
        {
            round = await store.CloseAsync(CancellationToken.None);
            closed += round.Deliveries;
        }
        while (round.AreMore);
        return closed;
    }

    /// <summary>What was told, in the order in which it is sent.</summary>
    protected async Task<IReadOnlyList<Told>> ToldAsync(int? webhook = null)
    {
        await using var command = Database.DataSource.CreateCommand("""
            select kind, event_type, severity, event_count, payload, target_id, scan_id, status
            from alert.webhook_deliveries
            where $1::int is null or webhook_id = $1
            order by sequence
            """);
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = webhook });
        await using var row = await command.ExecuteReaderAsync();
        var told = new List<Told>();
        while (await row.ReadAsync())
        {
            told.Add(ReadTold(row));
        }

        return told;
    }

    private static Told ReadTold(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetInt64(3),
        JsonElement.Parse(row.GetString(4)).GetProperty("data"),
        row.IsDBNull(5) ? null : row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetInt64(6),
        row.GetString(7));

    /// <param name="Data">Of the CloudEvent.</param>
    public sealed record Told(
        string Kind, string Type, string Severity, long Events, JsonElement Data, int? TargetId, long? ScanId, string Status)
    {
        public bool IsSoFar => Data.GetProperty("soFar").GetBoolean();

        public long Count(string type) => Data.GetProperty("counts").TryGetProperty(type, out var count) ? count.GetInt64() : 0;

        public IReadOnlyList<string> ListedTypes =>
            [.. Data.GetProperty("events").EnumerateArray().Select(told => told.GetProperty("type").GetString()!)];
    }
}
