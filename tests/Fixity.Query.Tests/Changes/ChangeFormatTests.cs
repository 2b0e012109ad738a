using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixity.Core;

namespace Fixity.Query.Tests.Changes;

[Trait("Category", "Database")]
public sealed partial class ChangeFormatTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    /// <summary>Stored path, the value of filePath on the wire.</summary>
    public static TheoryData<string, string> HostileNames => new()
    {
        { "a b", "a b" },
        { "a=b|c", @"a\=b|c" },
        { @"back\\slash", @"back\\\\slash" },
        { @"not\xffutf8", @"not\\xffutf8" },
        { "x\nCEF:0|Evil|x|1|x|x|10|act=x", @"x\\x0aCEF:0|Evil|x|1|x|x|10|act\=x" },
        { "x\r\n\t\u001b[31mred", @"x\\x0d\\x0a\\x09\\x1b[31mred" },
        { "gnp.\u202eexe", @"gnp.\\xe2\\x80\\xaeexe" },
        { "line\u2028sep\u0085next", @"line\\xe2\\x80\\xa8sep\\xc2\\x85next" },
        { "ends ", @"ends\\x20" },
        { " begins", @"\\x20begins" },
        { "grün/😀", "grün/😀" },
        { "filePath=x externalId=1", @"filePath\=x externalId\=1" },
    };

    [Fact]
    public async Task A_corruption_is_told_in_the_words_of_the_elastic_common_schema()
    {
        var target = await query.Database.AddTargetAsync(name: "ecs");
        var id = await query.Database.AddChangeAsync(
            target, "corrupted", "dir/photo.tar.gz", scanId: 9, fileId: 3, detectedAt: "2026-01-01Z");

        using var answer = await query.Client.GetAsync(
            new Uri($"/api/v1/changes?target={target}&format=ecs", UriKind.Relative));

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var expected = JsonNode.Parse($$$"""
            {"@timestamp":"2026-01-01T00:00:00+00:00","ecs":{"version":"8.17.0"},
             "message":"corrupted: dir/photo.tar.gz (ecs)",
             "event":{"kind":"alert","category":["file"],"type":["change"],"action":"file-corrupted",
              "id":"change:{{{id}}}","severity":10,"module":"fixity","dataset":"fixity.changes"},
             "file":{"type":"file","path":"dir/photo.tar.gz","name":"photo.tar.gz","directory":"dir","extension":"gz",
              "size":5,"mtime":"1970-01-01T00:00:01.500000000Z"},
             "observer":{"vendor":"Fixity","product":"Fixity","type":"file-integrity","version":"0.1.0"},
             "fixity":{"target":{"id":{{{target}}},"name":"ecs"},"file_id":3,"severity":"critical","scan_id":9,
              "checksum":{"algorithm":"blake3","old":"0aff","new":"0bff"},"size":{"old":5,"new":5},
              "mtime":{"old":"1970-01-01T00:00:01.500000000Z","new":"1970-01-01T00:00:01.500000000Z"}},
             "related":{"hash":["0aff","0bff"]}}
            """)!;
        var page = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(expected.ToJsonString(), Assert.Single(page["items"]!.AsArray())!.ToJsonString());
    }

    [Fact]
    public async Task An_acceptance_names_the_person_and_a_known_algorithm_has_its_own_field()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddChangeAsync(target, "accepted", ".profile", acknowledged: true);
        await query.Database.ExecuteAsync(
            $"update scanner.change_events set algorithm = 2, acknowledge_reason = 'mine' where target_id = {target}");

        var change = Assert.Single(await query.ItemsAsync($"/changes?target={target}&format=ecs"));

        Assert.Equal("""{"name":"ann"}""", change["user"]!.ToJsonString());
        Assert.Equal(("mine", "info"), ((string)change["event"]!["reason"]!, (string)change["event"]!["type"]![0]!));
        Assert.Equal("""{"sha256":"0bff"}""", change["file"]!["hash"]!.ToJsonString());
        Assert.Null(change["file"]!["extension"]);
        Assert.Equal("ann", (string)change["fixity"]!["acknowledged"]!["by"]!);
    }

    [Fact]
    public async Task The_feed_in_the_elastic_schema_goes_on_by_its_cursor()
    {
        var target = await query.Database.AddTargetAsync();
        foreach (var path in new[] { "1", "2", "3" })
        {
            await query.Database.AddChangeAsync(target, "added", path);
        }

        var paths = new List<string>();
        string? cursor = null;
        while (paths.Count < 3)
        {
            var page = await query.GetAsync(
                $"/changes?order=commit&wait=30s&format=ecs&limit=2&target={target}" + (cursor is null ? "" : $"&cursor={cursor}"));
            cursor = (string)page["nextCursor"]!;
            paths.AddRange(page["items"]!.AsArray().Select(item => (string)item!["file"]!["path"]!));
        }

        Assert.Equal(["1", "2", "3"], paths);
    }

    [Theory]
    [InlineData("added", "creation", "event", "File added", 1)]
    [InlineData("deleted", "deletion", "event", "File deleted", 5)]
    [InlineData("modified", "change", "event", "File modified", 3)]
    [InlineData("moved", "change", "event", "File moved", 1)]
    [InlineData("attributes", "change", "event", "File attributes changed", 1)]
    [InlineData("restored", "change", "event", "File restored", 1)]
    [InlineData("accepted", "info", "event", "File accepted", 1)]
    [InlineData("tampered", "change", "alert", "File tampered", 10)]
    [InlineData("touched", "change", "event", "File modification time changed", 1)]
    public async Task Each_type_has_its_words(string type, string ecsType, string kind, string name, int severity)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddChangeAsync(target, type, "a");

        var change = Assert.Single(await query.ItemsAsync($"/changes?target={target}&format=ecs"))["event"]!;
        var line = Assert.Single(await LinesAsync(target));

        Assert.Equal(
            (ecsType, kind, $"file-{type}", severity),
            ((string)change["type"]![0]!, (string)change["kind"]!, (string)change["action"]!, (int)change["severity"]!));
        Assert.StartsWith($"CEF:0|Fixity|Fixity|0.1.0|file.{type}|{name}|{severity}|rt=", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_one_line_of_the_common_event_format()
    {
        var target = await query.Database.AddTargetAsync(name: "t|=\\");
        var id = await query.Database.AddChangeAsync(
            target, "moved", "b/new name", scanId: 9, fileId: 3, previousPath: "a/old", detectedAt: "2026-01-01Z", details: """
                {"attributes": [{"name": "mode", "old": "0644", "new": "4755"}, {"name": "acl", "old": null, "new": "ff"}],
                 "damage": {"bytes": 131072, "ranges": [[0, 131072]], "truncated": false}}
                """);

        Assert.Equal(
            $@"CEF:0|Fixity|Fixity|0.1.0|file.moved|File moved|1|rt=1767225600000 externalId={id} cat=file act=moved "
            + "fname=new name filePath=b/new name fileId=3 fsize=5 fileHash=0bff fileModificationTime=1500 "
            + "oldFileName=old oldFilePath=a/old oldFileSize=5 oldFileHash=0aff oldFileModificationTime=1500 "
            + @"cs1Label=target cs1=t|\=\\ cs2Label=checksumAlgorithm cs2=blake3 cs3Label=attributes "
            + @"cs3=mode: 0644 -> 4755; acl: none -> ff cn1Label=targetId cn1=" + target
            + " cn2Label=scanId cn2=9 cn3Label=damagedBytes cn3=131072",
            Assert.Single(await LinesAsync(target)));
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task A_hostile_name_stays_one_value_of_one_line_and_can_be_read_back(string path, string written)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddChangeAsync(target, "added", path);

        var line = Assert.Single(await LinesAsync(target));
        var ecs = Assert.Single(await query.ItemsAsync($"/changes?target={target}&format=ecs"));

        var value = FilePathValue().Match(line).Groups[1].Value;
        Assert.Equal(written, value);
        // What a parser makes of it is Fixity's spelling of the very bytes of the name.
        var parsed = value.Replace(@"\=", "=", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
        Assert.Equal(
            PathEscape.Unescape(Encoding.UTF8.GetBytes(path)), PathEscape.Unescape(Encoding.UTF8.GetBytes(parsed)));
        Assert.Equal(path, (string)ecs["file"]!["path"]!);
    }

    [Fact]
    public async Task The_feed_in_lines_has_its_cursor_and_the_next_page_in_headers()
    {
        var target = await query.Database.AddTargetAsync();
        foreach (var path in new[] { "1", "2", "3" })
        {
            await query.Database.AddChangeAsync(target, "added", path);
        }

        var next = $"/api/v1/changes?order=commit&wait=30s&format=cef&limit=2&target={target}&path=";
        var lines = new List<string>();
        while (lines.Count < 3)
        {
            using var answer = await query.Client.GetAsync(new Uri(next, UriKind.Relative));
            Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
            lines.AddRange((await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            var cursor = Assert.Single(answer.Headers.GetValues("X-Next-Cursor"));
            var link = Assert.Single(answer.Headers.GetValues("Link"));
            Assert.EndsWith($"cursor={cursor}>; rel=\"next\"", link, StringComparison.Ordinal);
            next = link[1..link.IndexOf('>', StringComparison.Ordinal)];
        }

        Assert.Equal(["1", "2", "3"], lines.Select(line => FilePathValue().Match(line).Groups[1].Value));
        // An empty page is an empty text with a cursor.
        using var last = await query.Client.GetAsync(
            new Uri(next.Replace("wait=30s", "wait=0s", StringComparison.Ordinal), UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, ""), (last.StatusCode, await last.Content.ReadAsStringAsync()));
        Assert.Single(last.Headers.GetValues("X-Next-Cursor"));
    }

    private async Task<string[]> LinesAsync(int target)
    {
        var text = await query.Client.GetStringAsync(
            new Uri($"/api/v1/changes?target={target}&format=cef", UriKind.Relative));
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text[..^1].Split('\n');
    }

    [GeneratedRegex(@" filePath=((?:\\.|[^\\=])*?) [a-zA-Z0-9]+=")]
    private static partial Regex FilePathValue();
}
