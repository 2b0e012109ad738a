using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Files;

[Trait("Category", "Database")]
public sealed class FileEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_file_is_shown_as_the_contract_says()
    {
        var target = await query.Database.AddTargetAsync(name: "photos");
        await query.Database.EndScanAsync(await query.Database.AddScanAsync(target), "completed", "2026-02-03T04:05:06Z");
        var id = await query.Database.AddFileAsync(
            target, "a/b.txt", state: 3, mtimeNs: 1795228_791_123456789, observed: "ABCD");

        var file = await query.GetAsync($"/files/{id}");

        var expected = new JsonObject
        {
            ["id"] = id,
            ["targetId"] = target,
            ["targetName"] = "photos",
            ["path"] = "a/b.txt",
            ["size"] = 5,
            ["mtime"] = "2026-11-21T02:39:51.123456789Z",
            ["mtimeNs"] = "1795228791123456789",
            ["mode"] = "0644",
            ["links"] = null,
            ["algorithm"] = "blake3",
            ["checksum"] = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData("a/b.txt"u8)),
            ["previousAlgorithm"] = null,
            ["previousChecksum"] = null,
            ["state"] = "corrupted",
            ["stateSince"] = "2026-01-01T00:00:00+00:00",
            ["firstSeenAt"] = "2026-01-01T00:00:00+00:00",
            ["lastSeenAt"] = "2026-02-03T04:05:06+00:00",
            ["verifiedAt"] = null,
            ["observedChecksum"] = "abcd",
            ["damage"] = null,
            ["retryAfter"] = null,
            ["lastKnownState"] = null,
        };
        Assert.Equal(expected.ToJsonString(), file.ToJsonString());
    }

    [Fact]
    public async Task What_a_file_has_besides_its_content_is_read_from_its_own_columns()
    {
        var target = await query.Database.AddTargetAsync();
        var id = await query.Database.AddFileAsync(target, "a", state: 4);
        await query.Database.ExecuteAsync($"""
            update scanner.files set links = 2, previous_algorithm = 3, previous_checksum = '\x0102',
                retry_after = '2026-03-04T05:06:07Z' where id = {id}
            """);

        var file = await query.GetAsync($"/files/{id}");

        Assert.Equal(2, (int)file["links"]!);
        Assert.Equal(("md5", "0102"), ((string)file["previousAlgorithm"]!, (string)file["previousChecksum"]!));
        Assert.Equal("2026-03-04T05:06:07+00:00", (string?)file["retryAfter"]);
    }

    [Fact]
    public async Task A_damaged_file_tells_the_place_that_was_found_last_and_a_whole_one_none()
    {
        var target = await query.Database.AddTargetAsync();
        var id = await query.Database.AddFileAsync(target, "a", state: 5, observed: "ABCD");
        await query.Database.AddChangeAsync(target, "corrupted", "a", fileId: id, details: Damage(1));
        await query.Database.AddChangeAsync(target, "tampered", "a", fileId: id, details: Damage(2));
        await query.Database.AddChangeAsync(target, "attributes", "a", fileId: id, details: """{"attributes": []}""");

        foreach (var path in new[] { $"/files?target={target}&state=tampered", $"/files?target={target}&path=a" })
        {
            var file = Assert.Single(await query.ItemsAsync(path));
            Assert.Equal(
                """{"bytes":2,"ranges":[{"offset":0,"length":2}],"truncated":true}""", file["damage"]!.ToJsonString());
        }

        // What was found last says nothing of the place: nor does the file.
        await query.Database.AddChangeAsync(target, "corrupted", "a", fileId: id);
        Assert.Null((await query.GetAsync($"/files/{id}"))["damage"]);

        await query.Database.AddChangeAsync(target, "corrupted", "a", fileId: id, details: Damage(3));
        Assert.Equal(3, (long)(await query.GetAsync($"/files/{id}"))["damage"]!["bytes"]!);
        await query.Database.ExecuteAsync($"update scanner.files set state = 1 where id = {id}");
        Assert.Null((await query.GetAsync($"/files/{id}"))["damage"]);

        static string Damage(long bytes) =>
            $$$"""{"damage": {"bytes": {{{bytes}}}, "ranges": [[0, {{{bytes}}}]], "truncated": true}}""";
    }

    [Fact]
    public async Task A_file_that_the_patterns_leave_out_is_excluded_and_no_scan_saw_it()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.EndScanAsync(await query.Database.AddScanAsync(target), "completed", "2026-02-03T04:05:06Z");
        await query.Database.AddFileAsync(target, "cache/x", state: 6);
        await query.Database.AddFileAsync(target, "kept");

        var file = Assert.Single(await query.ItemsAsync($"/files?target={target}&state=excluded"));

        Assert.Equal(("cache/x", "excluded"), ((string)file["path"]!, (string)file["state"]!));
        Assert.Null(file["lastSeenAt"]);
        await query.Database.SetStateAsync(target, "offline");
        Assert.Equal("cache/x", Paths(await query.ItemsAsync($"/files?target={target}&state=excluded")));
    }

    [Fact]
    public async Task A_deleted_file_was_last_seen_at_no_known_time_and_a_new_one_when_it_was_first_seen()
    {
        var target = await query.Database.AddTargetAsync();
        var deleted = await query.Database.AddFileAsync(target, "gone", state: 2);
        var added = await query.Database.AddFileAsync(target, "new");

        Assert.Null((await query.GetAsync($"/files/{deleted}"))["lastSeenAt"]);
        Assert.Equal("2026-01-01T00:00:00+00:00", (string?)(await query.GetAsync($"/files/{added}"))["lastSeenAt"]);
    }

    [Theory]
    [InlineData("a", "a,a/b,a/c/d")]
    [InlineData("/a/", "a,a/b,a/c/d")]
    [InlineData("a/c", "a/c/d")]
    [InlineData("a%25", "a%")]
    [InlineData("A", "")]
    public async Task A_path_matches_by_whole_segments(string path, string expected)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFilesAsync(target, "a", "a b", "a%", "a-b", "a.b", "a/b", "a/c/d", "a0", "ab", "b/a");

        foreach (var limit in new[] { 1, 200 })
        {
            var found = await query.AllAsync($"/files?target={target}&path={path}", limit);
            Assert.Equal(expected, Paths(found));
        }
    }

    [Theory]
    [InlineData("%25", "100%")]
    [InlineData("_", "a_b")]
    [InlineData("%5C", @"back\\slash")]
    [InlineData("AXB", "axb")]
    [InlineData("", @"100%,a_b,axb,back\\slash")]
    public async Task Search_takes_wildcards_literally(string q, string expected)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFilesAsync(target, "100%", "a_b", "axb", @"back\\slash");

        Assert.Equal(expected, Paths(await query.ItemsAsync($"/files?target={target}&q={q}")));
    }

    [Fact]
    public async Task Pages_of_a_growing_baseline_show_every_old_file_once()
    {
        var target = await query.Database.AddTargetAsync();
        var other = await query.Database.AddTargetAsync();
        var old = Enumerable.Range(0, 60).Select(i => $"d{i % 7}/f{i:D3}").ToArray();
        await query.Database.AddFilesAsync(target, old);
        await query.Database.AddFilesAsync(other, [.. old.Take(20)]);

        // Before, at and behind the place that the reader has reached.
        var seen = await query.AllAsync("/files", 7, page => query.Database.AddFilesAsync(
            target, $"a{page}", $"d3/f{page:D3}-new", $"z{page}"));

        var mine = seen.Where(f => (int)f["targetId"]! == target || (int)f["targetId"]! == other).ToList();
        var keys = mine.Select(f => ((int)f["targetId"]!, (string)f["path"]!)).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Empty(old.Select(path => (target, path)).Except(keys));
        Assert.Equal(20, keys.Count(key => key.Item1 == other));
        Assert.Equal(
            keys.OrderBy(key => key.Item1).ThenBy(key => key.Item2, StringComparer.Ordinal), keys);
    }

    [Fact]
    public async Task Files_out_of_reach_are_unknown_say_how_they_stood_and_damage_is_found_all_the_same()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFilesAsync(target, "in/x", "inn", "out/x");
        await query.Database.AddFileAsync(target, "in/bad", state: 3);
        await query.Database.AddFileAsync(target, "in/gone", state: 2);
        await query.Database.AddFileAsync(target, "in/forged", state: 5);
        await query.Database.AddFileAsync(target, "in/locked", state: 4);
        await query.Database.ExecuteAsync(
            $"insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause) values ({target}, 'in/', 1, 'io')");

        Assert.Equal(
            "in/bad unknown,in/forged unknown,in/gone deleted,in/locked unknown,in/x unknown,inn present,out/x present",
            States(await query.ItemsAsync($"/files?target={target}")));
        Assert.Equal(
            ["corrupted", "tampered", null, "unreadable", "present", null, null],
            (await query.ItemsAsync($"/files?target={target}")).Select(f => (string?)f["lastKnownState"]));
        Assert.Equal("in/bad,in/forged,in/locked,in/x", Paths(await query.ItemsAsync($"/files?target={target}&state=unknown")));
        Assert.Equal("inn,out/x", Paths(await query.ItemsAsync($"/files?target={target}&state=present")));
        Assert.Equal("", Paths(await query.ItemsAsync($"/files?target={target}&state=unreadable")));
        Assert.Equal(
            "in/bad,in/forged,in/gone",
            Paths(await query.ItemsAsync($"/files?target={target}&state=corrupted,deleted,tampered")));

        foreach (var state in new[] { "offline", "denied" })
        {
            await query.Database.SetStateAsync(target, state);

            Assert.Equal(
                "in/bad unknown,in/forged unknown,in/gone deleted,in/locked unknown,in/x unknown,inn unknown,out/x unknown",
                States(await query.ItemsAsync($"/files?target={target}")));
        }
    }

    [Fact]
    public async Task Filters_combine()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFileAsync(target, "a/x1", state: 3);
        await query.Database.AddFileAsync(target, "a/x2");
        await query.Database.AddFileAsync(target, "a/y", state: 3);
        await query.Database.AddFileAsync(target, "b/x", state: 3);

        Assert.Equal("a/x1", Paths(await query.ItemsAsync($"/files?target={target}&path=a&q=x&state=corrupted")));
    }

    [Fact]
    public async Task History_is_newest_first_and_of_this_file_alone()
    {
        var target = await query.Database.AddTargetAsync();
        var file = await query.Database.AddFileAsync(target, "a");
        var first = await query.Database.AddChangeAsync(target, "added", "a", fileId: file);
        var second = await query.Database.AddChangeAsync(target, "modified", "a", fileId: file);
        await query.Database.AddChangeAsync(target, "added", "b", fileId: file + 1_000_000);

        var history = await query.AllAsync($"/files/{file}/history", 1);

        Assert.Equal([second, first], history.Select(change => (long)change["id"]!));
    }

    [Fact]
    public async Task A_deleted_file_whose_path_another_moved_to_is_that_one_and_their_history_is_one()
    {
        var target = await query.Database.AddTargetAsync();
        var file = await query.Database.AddFileAsync(target, "b");
        var (replaced, forgotten) = (file + 2_000_000, file + 2_000_001);
        await query.Database.ExecuteAsync(
            $"insert into scanner.replaced_files (id, file_id) values ({replaced}, {file})");
        var deleted = await query.Database.AddChangeAsync(target, "deleted", "b", fileId: replaced);
        var moved = await query.Database.AddChangeAsync(target, "moved", "b", fileId: file, previousPath: "a");
        // Of a row that went before replacements were noted.
        var alone = await query.Database.AddChangeAsync(target, "deleted", "c", fileId: forgotten);

        foreach (var id in new[] { file, replaced })
        {
            Assert.Equal(file, (long)(await query.GetAsync($"/files/{id}"))["id"]!);
            Assert.Equal([moved, deleted], await HistoryAsync(id));
        }

        Assert.Equal([alone], await HistoryAsync(forgotten));
        Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync($"/files/{forgotten}")).Status);

        async Task<long[]> HistoryAsync(long id) =>
            [.. (await query.AllAsync($"/files/{id}/history", 1)).Select(change => (long)change["id"]!)];
    }

    [Theory]
    [InlineData("/files?state=missing", "state")]
    [InlineData("/files?state=present,1", "state")]
    [InlineData("/files?path=a/../b", "path")]
    [InlineData("/files?q=%00", "q")]
    public async Task A_filter_that_cannot_be_read_is_named(string path, string parameter)
    {
        var (status, problem) = await query.GetProblemAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("urn:fixity:problem:validation", problem.GetProperty("type").GetString());
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    [Theory]
    [InlineData("/files?cursor=nonsense")]
    [InlineData("/files?cursor=bnVsbA")] // null
    [InlineData("/files?cursor=MTI")] // 12, a cursor of another list
    [InlineData("/files?cursor=eyJUYXJnZXRJZCI6MX0")] // a key without its path
    [InlineData("/changes?cursor=ImEi")]
    [InlineData("/scans?cursor=!")]
    [InlineData("/targets?cursor=MTI")]
    public async Task A_cursor_of_something_else_is_refused(string path)
    {
        var (status, problem) = await query.GetProblemAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("urn:fixity:problem:bad-cursor", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-5", 1)]
    [InlineData("1000", 200)]
    public async Task A_limit_out_of_bounds_is_brought_back_into_them(string limit, int expected)
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($"""
            insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id)
            select {target}, 'f' || n, 1, 1, 1, 1 from generate_series(1, 201) n
            """);

        Assert.Equal(expected, (await query.ItemsAsync($"/files?target={target}&limit={limit}")).Length);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        foreach (var path in new[] { "/files/987654321", "/files/987654321/history", "/files/x" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync(path)).Status);
        }
    }

    private static string Paths(IEnumerable<JsonObject> files) =>
        string.Join(',', files.Select(file => (string)file["path"]!));

    private static string States(IEnumerable<JsonObject> files) => string.Join(',', files.Select(file =>
        string.Create(CultureInfo.InvariantCulture, $"{(string)file["path"]!} {(string)file["state"]!}")));
}
