using System.Text.Json;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Alert.Tests.Deliveries.Matching;

[Trait("Category", "Database")]
public sealed class EventMatchStoreTests : AlertTest
{
    private static readonly ChangeEventStream Changes = new();
    private static readonly TargetEventStream TargetEvents = new();

    [Fact]
    public async Task Each_webhook_gets_what_it_includes_and_does_not_exclude()
    {
        var parts = Parts();
        var all = await AddAsync(parts);
        var files = await AddAsync(parts, includes: ["file.*"], excludes: ["file.added"]);
        var offline = await AddAsync(parts, includes: ["target.offline"]);
        await AddAsync(parts, enabled: false);
        foreach (var type in new[] { "added", "corrupted", "tampered", "touched", "verified", "accepted" })
        {
            await AddChangeAsync(type);
        }

        await AddTargetEventAsync("target.offline", """{"reason": "no such folder"}""");
        await MatchAllAsync(parts, changes: 6, targetEvents: 1);

        Assert.Equal(["file.added", "file.corrupted", "file.tampered", "file.touched", "target.offline"], await TypesOfAsync(all));
        Assert.Equal(["file.corrupted", "file.tampered", "file.touched"], await TypesOfAsync(files));
        Assert.Equal(["target.offline"], await TypesOfAsync(offline));
        Assert.Equal(9, await CountAsync("true"));
    }

    [Fact]
    public async Task The_payload_says_what_happened_to_which_file()
    {
        var parts = Parts();
        await AddAsync(parts);
        var change = await AddChangeAsync("corrupted", "märz/ß.tif");
        await MatchAllAsync(parts, changes: 1, targetEvents: 0);

        var payload = JsonElement.Parse((await Database.ScalarAsync<string>("select payload from alert.webhook_deliveries"))!);

        Assert.Equal(await Database.ScalarAsync<Guid>("select id from alert.webhook_deliveries"), payload.GetProperty("id").GetGuid());
        Assert.Equal("io.fixity.file.corrupted", payload.GetProperty("type").GetString());
        Assert.EndsWith("Z", payload.GetProperty("time").GetString(), StringComparison.Ordinal);
        var told = payload.GetProperty("data").GetProperty("events")[0];
        Assert.Equal(($"change:{change}", "file.corrupted", "critical"), (
            told.GetProperty("key").GetString(), told.GetProperty("type").GetString(), told.GetProperty("severity").GetString()));
        Assert.Equal("archive", told.GetProperty("target").GetProperty("name").GetString());
        Assert.Equal(
            $$"""
            {"id":{{change}},"fileId":9,"path":"märz/ß.tif","previousPath":null,"type":"corrupted","severity":"critical",
            "algorithm":"blake3","oldChecksum":"00ff","newChecksum":"01fe","oldSize":5,"newSize":6,
            "oldMtime":"2026-01-01T00:00:00.123456789Z","oldMtimeNs":"1767225600123456789",
            "newMtime":"2026-01-01T00:00:00.123456789Z","newMtimeNs":"1767225600123456789","details":null}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(told.GetProperty("data"), Readable));
    }

    [Fact]
    public async Task The_payload_carries_the_evidence_as_the_api_shows_it()
    {
        var parts = Parts();
        await AddAsync(parts);
        var change = await AddChangeAsync(
            "tampered",
            details: """{"damage": {"bytes": 9, "ranges": [[4, 9]], "truncated": false}, "observedCtimeNs": "1500000000"}""");
        await MatchAllAsync(parts, changes: 1, targetEvents: 0);

        var payload = JsonElement.Parse((await Database.ScalarAsync<string>("select payload from alert.webhook_deliveries"))!);

        var data = payload.GetProperty("data").GetProperty("events")[0].GetProperty("data");
        Assert.Equal(("io.fixity.file.tampered", change), (payload.GetProperty("type").GetString(), data.GetProperty("id").GetInt64()));
        Assert.Equal("critical", data.GetProperty("severity").GetString());
        Assert.Equal(
            """
            {"damage":{"bytes":9,"ranges":[{"offset":4,"length":9}],"truncated":false},"attributes":null,
            "observedCtime":"1970-01-01T00:00:01.500000000Z","observedCtimeNs":"1500000000","folder":null,"knownFrom":null}
            """.ReplaceLineEndings(""),
            data.GetProperty("details").GetRawText());
    }

    [Fact]
    public async Task What_is_older_than_a_webhook_is_not_sent_to_it()
    {
        var parts = Parts();
        await AddChangeAsync("corrupted");
        var webhook = await AddAsync(parts);
        await AddChangeAsync("deleted");

        await MatchAllAsync(parts, changes: 2, targetEvents: 0);

        Assert.Equal(["file.deleted"], await TypesOfAsync(webhook));
    }

    [Fact]
    public async Task What_began_before_a_webhook_and_was_committed_after_it_is_sent_to_it()
    {
        var parts = Parts();
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertChangeAsync(connection, "corrupted");
        await AddChangeAsync("deleted");
        var webhook = await AddAsync(parts);
        await transaction.CommitAsync();

        await MatchAllAsync(parts, changes: 2, targetEvents: 0);

        Assert.Equal(["file.corrupted"], await TypesOfAsync(webhook));
    }

    [Fact]
    public async Task An_event_that_is_committed_after_a_later_one_is_not_lost()
    {
        var parts = Parts();
        await AddAsync(parts);
        var store = parts.GetRequiredService<EventMatchStore>();
        await using var early = await Database.DataSource.OpenConnectionAsync();
        await using var late = await Database.DataSource.OpenConnectionAsync();
        await using var earlyTransaction = await early.BeginTransactionAsync();
        await using var lateTransaction = await late.BeginTransactionAsync();
        var first = await InsertChangeAsync(early, "corrupted", "first");
        var second = await InsertChangeAsync(late, "corrupted", "second");
        Assert.True(first < second);

        await lateTransaction.CommitAsync();
        // The second is there to be read; taking it now would pass the first by.
        Assert.Equal(default, await store.MatchAsync(Changes, 500, CancellationToken.None));

        await earlyTransaction.CommitAsync();
        await MatchAllAsync(parts, changes: 2, targetEvents: 0);
        Assert.Equal(2, await CountAsync("true"));
    }

    [Fact]
    public async Task Two_replicas_match_every_event_of_many_writers_exactly_once()
    {
        const int Writers = 6;
        const int Each = 25;
        var parts = Parts();
        await AddAsync(parts);
        var random = new Random(17);
        using var done = new CancellationTokenSource();
        var replicas = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var store = parts.GetRequiredService<EventMatchStore>();
            while (!done.IsCancellationRequested)
            {
                await store.MatchAsync(Changes, 7, CancellationToken.None);
            }
        })).ToList();
        var pauses = Enumerable.Range(0, Writers).Select(_ => random.Next(0, 8)).ToList();
        await Task.WhenAll(pauses.Select(pause => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await using var connection = await Database.DataSource.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                await InsertChangeAsync(connection, "modified");
                await Task.Delay(pause);
                await InsertChangeAsync(connection, "modified");
                await transaction.CommitAsync();
            }
        })));

        await EventuallyCountAsync(Writers * Each * 2, "true");
        await done.CancelAsync();
        await Task.WhenAll(replicas);

        Assert.Equal(Writers * Each * 2, await CountAsync("true"));
        Assert.Equal(0, await Database.ScalarAsync<long>("""
            select count(*) from scanner.change_events e
            where not exists (select from alert.webhook_deliveries d where d.event_key = 'change:' || e.id)
            """));
    }

    [Fact]
    public async Task An_event_whose_delivery_exists_already_makes_no_second_one()
    {
        var parts = Parts();
        await AddAsync(parts);
        await AddChangeAsync("corrupted");
        await MatchAllAsync(parts, changes: 1, targetEvents: 0);
        await Database.ExecuteAsync("update alert.cursors set transaction_id = '0', event_id = 0");

        await MatchAllAsync(parts, changes: 1, targetEvents: 0);

        Assert.Equal(1, await CountAsync("true"));
    }

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static async Task<int> AddAsync(
        ServiceProvider parts, string[]? includes = null, string[]? excludes = null, bool enabled = true) =>
        await parts.GetRequiredService<WebhookStore>().CreateAsync(
            new WebhookRequest("w", "http://127.0.0.1:1/", enabled, includes, excludes, Mode: WebhookMode.Each), Secret, CancellationToken.None);

    /// <summary>Matches until that many events were read: transactions of other tests on this server hold them back a moment.</summary>
    private static async Task MatchAllAsync(ServiceProvider parts, int changes, int targetEvents)
    {
        var store = parts.GetRequiredService<EventMatchStore>();
        var (readChanges, readTargetEvents) = (0, 0);
        await EventuallyAsync(async () =>
        {
            readChanges += (await store.MatchAsync(Changes, 500, CancellationToken.None)).Events;
            readTargetEvents += (await store.MatchAsync(TargetEvents, 500, CancellationToken.None)).Events;
            return readChanges >= changes && readTargetEvents >= targetEvents;
        }, $"{changes} changes and {targetEvents} target events read");
        Assert.Equal((changes, targetEvents), (readChanges, readTargetEvents));
    }

    private async Task<List<string>> TypesOfAsync(int webhook)
    {
        await using var command = Database.DataSource.CreateCommand(
            "select event_type from alert.webhook_deliveries where webhook_id = $1 order by event_type");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = webhook });
        await using var row = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await row.ReadAsync())
        {
            types.Add(row.GetString(0));
        }

        return types;
    }
}
