using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Fixity.Query.Tests.Exports;

namespace Fixity.Query.Tests.Differences;

[Trait("Category", "Database")]
public sealed class DifferenceEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    private const string Span = "from=2026-02-01T00:00:00Z&to=2026-03-01T00:00:00Z";

    [Fact]
    public async Task A_difference_is_shown_as_the_contract_says()
    {
        var target = await TargetAsync();
        await query.Database.AddChangeAsync(
            target, "moved", "a/new", fileId: 7, previousPath: "b/old", detectedAt: "2026-02-02Z");
        await query.Database.AddChangeAsync(target, "modified", "a/new", fileId: 7, detectedAt: "2026-02-03Z");
        await query.Database.AddChangeAsync(target, "modified", "a/later", fileId: 8, detectedAt: "2026-03-02Z");

        var rows = JsonNode.Parse(await TextAsync($"/exports/diff?target={target}&{Span}&format=json"))!.AsArray();
        var counts = await query.GetAsync($"/diff?target={target}&{Span}");

        AssertSame(
            """
            {"type":"modified","path":"a/new","previousPath":"b/old","fileId":7,"oldSize":5,"newSize":5,
            "oldMtime":"1970-01-01T00:00:01.500000000Z","oldMtimeNs":"1500000000",
            "newMtime":"1970-01-01T00:00:01.500000000Z","newMtimeNs":"1500000000","algorithm":"blake3",
            "oldChecksum":"0aff","newChecksum":"0bff","lastDetectedAt":"2026-02-03T00:00:00+00:00","changes":2}
            """,
            Assert.Single(rows)!);
        AssertSame(
            $$$"""
            {"targetId":{{{target}}},"from":"2026-02-01T00:00:00+00:00","to":"2026-03-01T00:00:00+00:00","path":null,
            "total":{"added":0,"deleted":0,"modified":1,"moved":0,"corrupted":0,"tampered":0,"restored":0,"attributes":0,
            "touched":0,"movedAway":0},"here":{"added":0,"deleted":0,"modified":0,"moved":0,"corrupted":0,"tampered":0,
            "restored":0,"attributes":0,"touched":0,"movedAway":0},"items":[{"path":"a","counts":{"added":0,"deleted":0,
            "modified":1,"moved":0,"corrupted":0,"tampered":0,"restored":0,"attributes":0,"touched":0,"movedAway":0}},
            {"path":"b","counts":{"added":0,"deleted":0,"modified":0,"moved":0,"corrupted":0,"tampered":0,"restored":0,
            "attributes":0,"touched":0,"movedAway":1}}],"nextCursor":null}
            """,
            counts);
    }

    [Fact]
    public async Task A_folder_has_what_came_to_it_and_what_left_it()
    {
        var target = await TargetAsync();
        await query.Database.AddChangeAsync(
            target, "moved", "a/x", fileId: 7, previousPath: "b/x", detectedAt: "2026-02-02Z");
        await query.Database.AddChangeAsync(target, "deleted", "a-b/x", fileId: 8, detectedAt: "2026-02-02Z");

        foreach (var folder in new[] { "a", "b", "a/x" })
        {
            var csv = CsvText.Parse(await TextAsync($"/exports/diff?target={target}&{Span}&path={folder}"));
            Assert.Equal("moved", Assert.Single(csv.Skip(1))[0]);
        }

        Assert.Equal(2, CsvText.Parse(await TextAsync($"/exports/diff?target={target}&{Span}&path=a-b")).Count);
    }

    [Fact]
    public async Task Many_folders_are_counted_page_by_page()
    {
        var target = await TargetAsync();
        await query.Database.ExecuteAsync($"""
            insert into scanner.change_events (detected_at, target_id, file_id, path, type, new_size, new_mtime_ns)
            select '2026-02-02Z', {target}, n, format('f%s/x', n % 250), 'added', 1, 1 from generate_series(0, 2499) n
            """);

        var folders = await query.AllAsync($"/diff?target={target}&{Span}", 40);

        Assert.Equal(
            Enumerable.Range(0, 250).Select(n => string.Create(CultureInfo.InvariantCulture, $"f{n}")).Order(StringComparer.Ordinal),
            folders.Select(folder => (string)folder["path"]!));
        Assert.All(folders, folder => Assert.Equal(10, (int)folder["counts"]!["added"]!));
        Assert.Equal(2500, (int)(await query.GetAsync($"/diff?target={target}&{Span}&limit=1"))["total"]!["added"]!);
    }

    [Theory]
    [InlineData("/diff")]
    [InlineData("/exports/diff")]
    public async Task A_past_that_is_not_known_is_no_empty_answer(string route)
    {
        var never = await query.Database.AddTargetAsync();
        var (status, problem) = await query.GetProblemAsync($"{route}?target={never}&{Span}");
        Assert.Equal((HttpStatusCode.Conflict, "urn:fixity:problem:no-past-yet"), (status, Type(problem)));

        var late = await TargetAsync(firstScan: "2026-02-15T01:02:03Z");
        (status, problem) = await query.GetProblemAsync($"{route}?target={late}&{Span}");
        Assert.Equal((HttpStatusCode.Conflict, "urn:fixity:problem:before-first-scan"), (status, Type(problem)));
        Assert.Contains("2026-02-15T01:02:03Z", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await TextAsync($"{route}?target={late}&from=2026-02-15T01:02:03Z&to=2026-03-01T00:00:00Z");

        var forgetful = await TargetAsync();
        await query.Database.ExecuteAsync($"update scheduler.targets set retention_days = 1 where id = {forgetful}");
        (status, problem) = await query.GetProblemAsync($"{route}?target={forgetful}&{Span}");
        Assert.Equal((HttpStatusCode.Gone, "urn:fixity:problem:past-forgotten"), (status, Type(problem)));

        Assert.Equal(
            HttpStatusCode.NotFound, (await query.GetProblemAsync($"{route}?target=987654&{Span}")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await query.GetProblemAsync($"{route}?target={late}&from=2026-03-01Z&to=2026-03-01Z")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await query.GetProblemAsync($"{route}?target={late}")).Status);
    }

    private static void AssertSame(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());

    private static string Type(System.Text.Json.JsonElement problem) => problem.GetProperty("type").GetString()!;

    private async Task<int> TargetAsync(string firstScan = "2026-01-01T00:00:00Z")
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.EndScanAsync(await query.Database.AddScanAsync(target), "completed", firstScan);
        return target;
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await query.Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }
}
