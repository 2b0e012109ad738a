using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Files;

[Trait("Category", "Database")]
public sealed class HistoryTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_life_begins_where_and_when_the_file_was_first_seen_whatever_path_it_has_now()
    {
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);
        var file = await query.Database.AddFileAsync(target, "c");
        await query.Database.ExecuteAsync($"""
            update scheduler.scans set is_baseline = true where id = {scan};
            update scanner.files set first_scan_id = {scan}, verified_at = '2026-03-01Z' where id = {file}
            """);
        var first = await query.Database.AddChangeAsync(
            target, "moved", "b", fileId: file, previousPath: "a", detectedAt: "2026-02-01Z");
        var last = await query.Database.AddChangeAsync(
            target, "moved", "c", fileId: file, previousPath: "b", detectedAt: "2026-02-02Z");

        var history = await query.GetAsync($"/files/{file}/history");

        Assert.Equal([last, first], history["items"]!.AsArray().Select(change => (long)change!["id"]!));
        history.Remove("items");
        var expected = JsonNode.Parse($$"""
            {"firstSeenAt": "2026-01-01T00:00:00+00:00", "firstScanId": {{scan}}, "firstScanIsBaseline": true,
            "firstPath": "a", "verifiedAt": "2026-03-01T00:00:00+00:00", "nextCursor": null}
            """);
        Assert.True(JsonNode.DeepEquals(expected, history), history.ToJsonString());
    }

    [Fact]
    public async Task Of_a_file_that_is_long_gone_only_its_changes_are_left()
    {
        var target = await query.Database.AddTargetAsync();
        var change = await query.Database.AddChangeAsync(target, "deleted", "a", fileId: 77_000_000);

        var history = await query.GetAsync("/files/77000000/history");

        Assert.Equal(change, (long)Assert.Single(history["items"]!.AsArray())!["id"]!);
        Assert.Null(history["firstSeenAt"]);
        Assert.Null(history["firstPath"]);
    }
}
