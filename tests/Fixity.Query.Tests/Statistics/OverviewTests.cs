using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Statistics;

[Trait("Category", "Database")]
public sealed class OverviewTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task The_overview_counts_what_stands_in_the_database()
    {
        await AssertOverviewAsync("""
            {"targets":0,"targetsOffline":0,"filesPresent":0,"bytesPresent":0,"filesCorrupted":0,"filesTampered":0,
             "filesUnreadable":0,"unacknowledgedCorruptions":0,"activeScans":0,"changes24h":{"added":0,"deleted":0,"modified":0,"moved":0,
             "attributes":0,"corrupted":0,"tampered":0,"restored":0},"oldestVerificationAt":null}
            """);

        var first = await query.Database.AddTargetAsync();
        await query.Database.AddScanAsync(first);
        await AssertOverviewAsync("""
            {"targets":1,"targetsOffline":0,"filesPresent":null,"bytesPresent":null,"filesCorrupted":null,
             "filesTampered":null,"filesUnreadable":null,"unacknowledgedCorruptions":0,"activeScans":1,"changes24h":{"added":0,"deleted":0,
             "modified":0,"moved":0,"attributes":0,"corrupted":0,"tampered":0,"restored":0},"oldestVerificationAt":null}
            """);

        await FillAsync();
        await AssertOverviewAsync("""
            {"targets":3,"targetsOffline":1,"filesPresent":14,"bytesPresent":1400,"filesCorrupted":2,
             "filesTampered":1,"filesUnreadable":1,"unacknowledgedCorruptions":3,"activeScans":1,"changes24h":{"added":1,"deleted":1,
             "modified":1,"moved":1,"attributes":1,"corrupted":2,"tampered":1,"restored":1},"oldestVerificationAt":"2025-05-05T00:00:00+00:00"}
            """);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(1500)]
    [InlineData(3000)]
    public async Task Changes_of_a_day_are_those_of_a_day_however_many_of_them_were_counted_before(int counted)
    {
        var target = await query.Database.AddTargetAsync();
        // A minute apart, so that none is at the edge; the same ones that were counted have a place before the cursor.
        await query.Database.ExecuteAsync($"""
            select scanner.ensure_change_partitions((now() - interval '3 days')::date, 2);
            insert into scanner.change_events (detected_at, transaction_id, target_id, file_id, path, type)
            select now() + interval '30 s' - n * interval '1 minute',
                (case when n * 7919 % 3000 < {counted} then '1' else '4000000000' end)::xid8, {target}, n, 'f',
                (array['added', 'modified', 'moved', 'restored', 'touched'])[1 + n % 5]
            from generate_series(1, 3000) n;
            delete from scanner.change_tallies;
            insert into scanner.change_tallies (target_id, slot, type, events)
            select target_id, date_bin('15 minutes', detected_at, '2000-01-01Z'), type, count(*)
            from scanner.change_events where transaction_id = '1' group by 1, 2, 3
            """);

        var changes = (await query.GetAsync($"/stats/overview?target={target}"))["changes24h"]!;

        foreach (var type in new[] { "added", "modified", "moved", "restored" })
        {
            Assert.Equal(
                await query.Database.ScalarAsync<long>($"""
                    select count(*) from scanner.change_events
                    where target_id = {target} and type = '{type}' and detected_at >= now() - interval '24 hours'
                    """),
                (long?)changes[type]);
        }

        // What the other test of this class counts.
        await query.Database.ExecuteAsync($"""
            delete from scanner.change_tallies where target_id = {target};
            delete from scanner.change_events where target_id = {target};
            delete from scheduler.targets where id = {target}
            """);
    }

    private async Task FillAsync()
    {
        var database = query.Database;
        var second = await database.AddTargetAsync();
        var third = await database.AddTargetAsync();
        var deleted = await database.AddTargetAsync();
        foreach (var target in new[] { second, third, deleted })
        {
            await database.EndScanAsync(await database.AddScanAsync(target), "completed", "2026-01-01T00:00:00Z");
            await database.AddFileAsync(target, "bad", state: 3);
        }

        await database.SetStateAsync(third, "offline");
        await database.AddFileAsync(second, "locked", state: 4);
        await database.AddFileAsync(second, "forged", state: 5);
        await database.AddFileAsync(second, "excluded", state: 6);
        foreach (var type in new[] { "added", "deleted", "modified", "moved", "corrupted", "restored", "attributes", "tampered" })
        {
            await database.AddChangeAsync(second, type, "x");
        }

        await database.AddChangeAsync(second, "corrupted", "acknowledged", acknowledged: true);
        await database.AddChangeAsync(third, "corrupted", "old", detectedAt: "2026-01-01Z");
        await database.AddChangeAsync(deleted, "corrupted", "not watched any more");
        await database.ExecuteAsync($"""
            update scheduler.targets set deleted_at = now() where id = {deleted};
            update scanner.files set verified_at = case
                when state = 6 then timestamptz '2019-01-01Z'
                when target_id = {second} then timestamptz '2025-05-05Z'
                when target_id = {deleted} then timestamptz '2020-01-01Z' end;
            """);
    }

    private async Task AssertOverviewAsync(string expected) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), (await query.GetAsync("/stats/overview")).ToJsonString());
}
