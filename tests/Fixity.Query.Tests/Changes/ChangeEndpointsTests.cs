using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Changes;

[Trait("Category", "Database")]
public sealed class ChangeEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    /// <summary>Type, as the scanner stores it, as it is shown.</summary>
    public static TheoryData<string, string, string> Details => new()
    {
        {
            "tampered",
            """
            {"damage": {"bytes": 131072, "ranges": [[65536, 65536], [262144, 65536]], "truncated": false},
             "observedCtimeNs": "1795228791123456789"}
            """,
            """
            {"damage":{"bytes":131072,"ranges":[{"offset":65536,"length":65536},{"offset":262144,"length":65536}],
             "truncated":false},"attributes":null,"observedCtime":"2026-11-21T02:39:51.123456789Z",
             "observedCtimeNs":"1795228791123456789","folder":null,"knownFrom":null}
            """
        },
        {
            "attributes",
            """{"attributes": [{"name": "mode", "old": "0644", "new": "4755"}, {"name": "acl", "old": null, "new": "ff"}]}""",
            """
            {"damage":null,"attributes":[{"name":"mode","old":"0644","new":"4755"},
             {"name":"acl","old":null,"new":"ff"}],"observedCtime":null,"observedCtimeNs":null,"folder":null,
             "knownFrom":null}
            """
        },
        {
            "corrupted",
            """{"knownFrom": {"fileId": 7, "path": "was/here"}}""",
            """
            {"damage":null,"attributes":null,"observedCtime":null,"observedCtimeNs":null,"folder":null,
             "knownFrom":{"fileId":7,"path":"was/here"}}
            """
        },
        {
            "moved",
            """{"folder": {"from": "a", "to": "b"}}""",
            """
            {"damage":null,"attributes":null,"observedCtime":null,"observedCtimeNs":null,
             "folder":{"from":"a","to":"b"},"knownFrom":null}
            """
        },
        {
            "corrupted",
            """{"storage": {"tag": "ab", "version": null, "checksums": {"crc64nvme": "0102030405060708"}}}""",
            """
            {"damage":null,"attributes":null,"observedCtime":null,"observedCtimeNs":null,"folder":null,"knownFrom":null,
             "storage":{"tag":"ab","version":null,"checksums":{"crc64nvme":"0102030405060708"}}}
            """
        },
    };

    [Fact]
    public async Task A_corruption_is_shown_as_the_contract_says()
    {
        var target = await query.Database.AddTargetAsync(name: "evidence");
        var id = await query.Database.AddChangeAsync(
            target, "corrupted", "a", scanId: 9, fileId: 3, detectedAt: "2026-01-01Z");

        var change = Assert.Single(await query.ItemsAsync($"/changes?target={target}"));

        var expected = JsonNode.Parse($$"""
            {"id":{{id}},"detectedAt":"2026-01-01T00:00:00+00:00","scanId":9,"targetId":{{target}},
             "targetName":"evidence","fileId":3,"path":"a","previousPath":null,"type":"corrupted",
             "severity":"critical","algorithm":"blake3","oldChecksum":"0aff","newChecksum":"0bff","oldSize":5,
             "newSize":5,"oldMtime":"1970-01-01T00:00:01.500000000Z","oldMtimeNs":"1500000000",
             "newMtime":"1970-01-01T00:00:01.500000000Z","newMtimeNs":"1500000000","details":null,
             "acknowledgedAt":null,"acknowledgedBy":null,"acknowledgeReason":null}
            """)!;
        Assert.Equal(expected.ToJsonString(), change.ToJsonString());
    }

    [Theory]
    [InlineData("added", "info")]
    [InlineData("deleted", "medium")]
    [InlineData("modified", "low")]
    [InlineData("moved", "info")]
    [InlineData("attributes", "info")]
    [InlineData("corrupted", "critical")]
    [InlineData("restored", "info")]
    [InlineData("accepted", "info")]
    [InlineData("tampered", "critical")]
    [InlineData("touched", "info")]
    public async Task Each_type_has_its_severity(string type, string severity)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddChangeAsync(target, type, "a");

        var change = Assert.Single(await query.ItemsAsync($"/changes?target={target}&type={type}"));

        Assert.Equal((type, severity), ((string)change["type"]!, (string)change["severity"]!));
    }

    [Theory]
    [MemberData(nameof(Details))]
    public async Task The_evidence_that_is_particular_to_a_type_is_shown_in_full(string type, string stored, string shown)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddChangeAsync(target, type, "a", details: stored);

        var change = Assert.Single(await query.ItemsAsync($"/changes?target={target}"));

        Assert.Equal(JsonNode.Parse(shown)!.ToJsonString(), change["details"]!.ToJsonString());
    }

    [Theory]
    [InlineData("", "8,7,6,5,4,3,2,1")]
    [InlineData("&scan=11", "3,2,1")]
    [InlineData("&type=corrupted", "5,2")]
    [InlineData("&type=corrupted,moved", "7,6,5,2")]
    [InlineData("&type=corrupted&type=moved", "7,6,5,2")]
    [InlineData("&path=a", "6,3,2,1")] // 6 was moved out of it
    [InlineData("&path=a/b", "6,2,1")]
    [InlineData("&path=%25", "8")]
    [InlineData("&since=2026-02-01T00:00:00Z", "8,7,6,5,4")]
    [InlineData("&until=2026-02-01T00:00:00Z", "3,2,1")]
    [InlineData("&since=2026-02-01T00:00:00Z&until=2026-02-01T00:00:01%2B00:00", "4")]
    [InlineData("&since=2026-02-01T01:00:00%2B01:00", "8,7,6,5,4")]
    [InlineData("&acknowledged=true", "5")]
    [InlineData("&acknowledged=false&type=corrupted", "2")]
    [InlineData("&scan=11&type=corrupted&path=a&until=2026-02-01T00:00:00Z&acknowledged=false", "2")]
    public async Task Filters_combine(string filter, string expected)
    {
        var target = await query.Database.AddTargetAsync();
        var ids = new List<long>
        {
            await AddAsync("added", "a/b", scan: 11),
            await AddAsync("corrupted", "a/b/c", scan: 11),
            await AddAsync("modified", "a", scan: 11),
            await AddAsync("added", "ab", at: "2026-02-01Z"),
            await AddAsync("corrupted", "b/a", at: "2026-02-02Z", acknowledged: true),
            await AddAsync("moved", "c", at: "2026-02-02Z", previous: "a/b/d"),
            await AddAsync("moved", "d", at: "2026-02-02Z", previous: "ab"),
            await AddAsync("added", "%/x", at: "2026-02-02Z"),
        };

        var found = await query.AllAsync($"/changes?target={target}{filter}", 2);
        var numbers = found.Select(change => ids.IndexOf((long)change["id"]!) + 1).ToList();

        Assert.Equal(expected, string.Join(',', numbers));

        Task<long> AddAsync(
            string type, string path, long? scan = null, string at = "2026-01-01Z", string? previous = null,
            bool acknowledged = false) => query.Database.AddChangeAsync(
                target, type, path, scan, previousPath: previous, detectedAt: at, acknowledged: acknowledged);
    }

    [Fact]
    public async Task Pages_over_partitions_stay_whole_while_changes_come_in()
    {
        await query.Database.ExecuteAsync("select scanner.ensure_change_partitions('2031-01-01', 3)");
        var target = await query.Database.AddTargetAsync();
        var old = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            old.Add(await query.Database.AddChangeAsync(target, "added", $"f{i}", detectedAt: $"2031-0{(i / 8) + 1}-05Z"));
        }

        var seen = await query.AllAsync(
            $"/changes?target={target}", 4,
            page => query.Database.AddChangeAsync(target, "added", $"new{page}", detectedAt: "2031-05-01Z"));

        Assert.Equal(Enumerable.Reverse(old), seen.Select(change => (long)change["id"]!));
    }

    [Theory]
    [InlineData("/changes", """{"Sort":"-detectedAt","DetectedAt":9223372036854775807,"Id":57}""")]
    [InlineData("/changes", """{"Sort":"-detectedAt","DetectedAt":-9223372036854775808,"Id":57}""")]
    [InlineData("/files/1/history", """{"Sort":"-detectedAt","DetectedAt":253402300800000000,"Id":57}""")]
    [InlineData("/files/1/copies", """{"Sort":"path","TargetId":1,"Path":"a","Value":null,"Id":0}""")]
    public async Task A_cursor_of_no_time_or_of_another_list_is_refused(string list, string place)
    {
        var cursor = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(place));

        var (status, problem) = await query.GetProblemAsync($"{list}?cursor={cursor}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.EndsWith(":bad-cursor", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("until=0001-06-01T00:00:00Z")]
    [InlineData("until=0001-01-01T00:00:00Z")]
    [InlineData("since=9999-06-01T00:00:00Z&sort=detectedAt")]
    [InlineData("since=9999-12-31T23:59:59Z&sort=detectedAt")]
    public async Task At_the_ends_of_time_nothing_was_found(string filter) =>
        Assert.Empty(await query.ItemsAsync("/changes?" + filter));

    [Theory]
    [InlineData("type=corrupted,broken", "type")]
    [InlineData("path=a//b", "path")]
    public async Task A_filter_that_cannot_be_read_is_named(string filter, string parameter)
    {
        var (status, problem) = await query.GetProblemAsync("/changes?" + filter);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    [Theory]
    [InlineData("since=yesterday", "since")]
    [InlineData("target=x", "target")]
    [InlineData("acknowledged=perhaps", "acknowledged")]
    [InlineData("limit=many", "limit")]
    public async Task A_value_of_the_wrong_kind_is_refused(string filter, string parameter)
    {
        var (status, problem) = await query.GetProblemAsync("/changes?" + filter);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(parameter, problem.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
    }
}
