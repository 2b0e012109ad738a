using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Exports;

[Trait("Category", "Database")]
public sealed class ExportEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Theory]
    [InlineData("")]
    [InlineData("&state=corrupted")]
    [InlineData("&path=b")]
    [InlineData("&path=b/x")]
    [InlineData("&q=X")]
    [InlineData("&q=%25")]
    public async Task Files_are_those_of_the_list_in_its_order_in_every_format(string filter)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFilesAsync(target, "b/x", "a", "b-x", "b/y/%", "c\n,\"d\"", "=1+1", "bad\\xff");
        await query.Database.AddFileAsync(target, "b/rot", state: 3, observed: "ABCD");
        await query.Database.AddFileAsync(await query.Database.AddTargetAsync(), "b/other");
        var expected = await query.AllAsync($"/files?target={target}{filter}", 3);

        var lines = await LinesAsync($"/exports/files?target={target}{filter}&format=jsonl");
        var array = JsonNode.Parse(await TextAsync($"/exports/files?target={target}{filter}&format=json"))!.AsArray();
        var csv = CsvText.Parse(await TextAsync($"/exports/files?target={target}{filter}"));

        Assert.NotEmpty(expected);
        Assert.Equal(Texts(expected), lines);
        Assert.Equal(Texts(expected), array.Select(file => file!.ToJsonString()));
        Assert.Equal(expected.Count + 1, csv.Count);
        Assert.Equal(expected.Select(file => (string)file["path"]!), csv.Skip(1).Select(row => Plain(Cell(csv, row, "path"))));
        Assert.Equal(
            expected.Select(file => (string?)file["observedChecksum"] ?? ""),
            csv.Skip(1).Select(row => Cell(csv, row, "observedChecksum")));
    }

    [Fact]
    public async Task Changes_are_those_of_the_list_in_its_order_in_every_format()
    {
        var target = await query.Database.AddTargetAsync();
        foreach (var type in new[] { "added", "modified", "deleted", "moved" })
        {
            await query.Database.AddChangeAsync(
                target, type, "a/" + type, previousPath: type == "moved" ? "@was" : null, acknowledged: type == "deleted",
                details: type == "moved" ? """{"folder": {"from": "x", "to": "a"}}""" : null);
        }

        foreach (var filter in new[] { "", "&type=added,moved", "&path=@was", "&acknowledged=true", "&since=2100-01-01Z" })
        {
            var expected = await query.AllAsync($"/changes?target={target}{filter}", 3);
            var lines = await LinesAsync($"/exports/changes?target={target}{filter}&format=jsonl");
            var csv = CsvText.Parse(await TextAsync($"/exports/changes?target={target}{filter}&format=csv"));

            Assert.Equal(Texts(expected), lines);
            Assert.Equal(
                expected.Select(change => ((long)change["id"]!).ToString(CultureInfo.InvariantCulture)),
                csv.Skip(1).Select(row => Cell(csv, row, "id")));
            Assert.Equal(
                expected.Select(change => change["details"]?.ToJsonString() ?? ""),
                csv.Skip(1).Select(row => Cell(csv, row, "details")));
        }
    }

    [Fact]
    public async Task Every_member_has_its_column()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFileAsync(target, "a");
        await query.Database.AddChangeAsync(target, "added", "a");
        foreach (var (route, elsewhere) in new[] { ("files", "damage"), ("changes", "") })
        {
            var header = CsvText.Parse(await TextAsync($"/exports/{route}?target={target}"))[0];
            var line = JsonNode.Parse((await LinesAsync($"/exports/{route}?target={target}&format=jsonl"))[0])!.AsObject();

            // The damage of a file is a list in JSON and a number of bytes here.
            Assert.Equal(
                line.Select(member => member.Key).Except([elsewhere]).Order(StringComparer.Ordinal),
                header.Except(["damagedBytes"]).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_spreadsheet_finds_no_formula()
    {
        var target = await query.Database.AddTargetAsync(name: $"=cmd|{Guid.NewGuid():N}");
        await query.Database.AddFilesAsync(target, "=HYPERLINK(\"http://x\")", "-2+3", "@a", "+b", "\tc");

        var csv = CsvText.Parse(await TextAsync($"/exports/files?target={target}"));

        foreach (var row in csv)
        {
            Assert.All(row, cell => Assert.False(cell.Length > 0 && "=+-@\t\r".Contains(cell[0], StringComparison.Ordinal), cell));
        }
    }

    [Theory]
    [InlineData("csv", "text/csv", "csv")]
    [InlineData("jsonl", "application/x-ndjson", "jsonl")]
    [InlineData("json", "application/json", "json")]
    public async Task An_export_is_a_file_to_save(string format, string type, string extension)
    {
        using var response = await query.Client.GetAsync(new Uri($"/api/v1/exports/changes?format={format}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Matches(
            $@"^fixity-changes-\d{{8}}T\d{{6}}Z\.{extension}$", response.Content.Headers.ContentDisposition.FileName!);
    }

    [Theory]
    [InlineData("/exports/files?format=xml", "format")]
    [InlineData("/exports/changes?type=vanished", "type")]
    [InlineData("/exports/files?path=a/../b", "path")]
    [InlineData("/exports/manifest?target=1&format=sfv", "format")]
    public async Task A_filter_that_cannot_be_read_is_named(string path, string parameter)
    {
        var (status, problem) = await query.GetProblemAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    private static IEnumerable<string> Texts(IEnumerable<JsonObject> items) => items.Select(item => item.ToJsonString());

    private static string Cell(List<string[]> csv, string[] row, string column) => row[Array.IndexOf(csv[0], column)];

    private static string Plain(string cell) => cell.StartsWith('\'') ? cell[1..] : cell;

    private async Task<string[]> LinesAsync(string path) =>
        [.. (await TextAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!.ToJsonString())];

    private async Task<string> TextAsync(string path)
    {
        using var response = await query.Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {text}");
        return text;
    }
}
