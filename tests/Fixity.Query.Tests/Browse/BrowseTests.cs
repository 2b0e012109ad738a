using System.Net;
using System.Text.Json.Nodes;
using Fixity.Testing.Postgres;

namespace Fixity.Query.Tests.Browse;

[Trait("Category", "Database")]
public sealed class BrowseTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    private TestDatabase Database => query.Database;

    [Fact]
    public async Task A_folder_lists_its_folders_with_their_sums_and_its_files()
    {
        var target = await AddTargetAsync("photos");
        await Database.AddFilesAsync(
            target, "readme", "2024/a.raw", "2024/b.raw", "2024/trip/c.raw", "2025/d.raw", "z.txt");
        await SumUpAsync(target, ("", ""), ("", "2024"), ("2024", "trip"), ("", "2025"));

        var root = await query.GetAsync($"/browse?target={target}");
        var folder = await query.GetAsync($"/browse?target={target}&path=2024/");

        Assert.Equal(["folder 2024", "folder 2025", "file readme", "file z.txt"], Entries(root));
        Assert.Equal("photos", (string?)root["targetName"]);
        Assert.Equal("", (string?)root["path"]);
        Assert.Equal(6, (long?)root["sums"]!["files"]);
        Assert.Equal("2026-02-02T00:00:00+00:00", (string?)root["asOf"]);
        Assert.Equal(
            JsonNode.Parse("""
                {"files":3,"bytes":15,"corrupted":1,"tampered":2,"unreadable":3,"neverVerified":4,
                 "oldestVerificationAt":"2026-01-01T00:00:00+00:00","deleted":5,"excluded":6,"changedIn30Days":7}
                """)!.ToJsonString(),
            root["items"]![0]!["sums"]!.ToJsonString());
        Assert.Equal(["folder trip", "file a.raw", "file b.raw"], Entries(folder));
        Assert.Equal("2024", (string?)folder["path"]);
        Assert.Equal("2024/trip", (string?)folder["items"]![0]!["path"]);
        Assert.Equal("2024/a.raw", (string?)folder["items"]![1]!["file"]!["path"]);
        Assert.Equal("present", (string?)folder["items"]![1]!["file"]!["state"]);
        Assert.Null(folder["items"]![1]!["sums"]);
    }

    [Fact]
    public async Task Before_anything_was_summed_up_sums_are_null_and_never_zero()
    {
        var target = await AddTargetAsync();
        await Database.AddFilesAsync(target, "a/x", "b", "c/y");

        var root = await query.GetAsync($"/browse?target={target}");

        Assert.Equal(["folder a", "file b", "folder c"], Entries(root));
        Assert.Null(root["asOf"]);
        Assert.Null(root["sums"]);
        Assert.Null(root["items"]![0]!["sums"]);
    }

    [Fact]
    public async Task A_folder_that_is_new_is_there_at_once_and_one_that_went_is_not()
    {
        var target = await AddTargetAsync();
        await Database.AddFilesAsync(target, "known/x", "new/y", "file");
        await SumUpAsync(target, ("", ""), ("", "known"), ("", "went"));

        var root = await query.GetAsync($"/browse?target={target}");

        Assert.Equal(["folder known", "file file", "folder new"], Entries(root));
        Assert.NotNull(root["items"]![0]!["sums"]);
        Assert.Null(root["items"]![2]!["sums"]);
    }

    [Theory]
    [InlineData("folders", 1)]
    [InlineData("folders", 3)]
    [InlineData("folders", 200)]
    [InlineData("name", 1)]
    [InlineData("name", 4)]
    public async Task Pages_of_any_size_show_each_entry_once_in_order(string sort, int limit)
    {
        var target = await AddTargetAsync();
        string[] files = ["-", "a", "a b", "a!", "ab", "b", "b.txt", "ü", "z_", "z%"];
        string[] folders = ["a", "a-b", "a.b", "a0", "b", "c d", "ü", "\\\\", "\\xFF"];
        await Database.AddFilesAsync(
            target, [.. files.Select(name => "in/" + name), .. folders.SelectMany(name => new[] { $"in/{name}/x", $"in/{name}/y/z" })]);
        await Database.AddFilesAsync(target, "in", "in0", "in-", "out/x");
        await SumUpAsync(target, [("", "in"), .. folders.Where(name => name is not "b" and not "ü").Select(name => ("in", name))]);

        var all = (await query.AllAsync($"/browse?target={target}&path=in&sort={sort}", limit)).ConvertAll(Entry);

        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(
            [.. files.Select(name => $"file {name}").Concat(folders.Select(name => $"folder {name}")).Order(StringComparer.Ordinal)],
            all.Order(StringComparer.Ordinal));
        var known = all.TakeWhile(entry => entry.StartsWith("folder", StringComparison.Ordinal)).ToList();
        if (sort == "folders")
        {
            Assert.Equal(
                folders.Where(name => name is not "b" and not "ü").Order(StringComparer.Ordinal).Select(name => $"folder {name}"),
                known);
        }

        var walked = sort == "folders" ? all[known.Count..] : all;
        Assert.Equal(walked.OrderBy(KeyOf, StringComparer.Ordinal), walked);
    }

    [Fact]
    public async Task No_entry_is_shown_twice_or_left_out_while_others_appear_and_sums_are_counted()
    {
        var target = await AddTargetAsync();
        var names = Enumerable.Range(0, 60).Select(n => $"n{n:d2}").ToArray();
        await Database.AddFilesAsync(target, [.. names.Select((name, n) => n % 3 == 0 ? $"{name}/x" : name)]);

        var all = (await query.AllAsync($"/browse?target={target}", limit: 7, async page =>
        {
            await Database.AddFilesAsync(target, $"n{page * 3:d2}a", $"n{page * 3:d2}b/x");
            await SumUpAsync(target, ("", names[page * 3]));
        })).ConvertAll(Entry);

        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Superset(
            names.Select((name, n) => (n % 3 == 0 ? "folder " : "file ") + name).ToHashSet(), all.ToHashSet());
    }

    [Fact]
    public async Task What_is_out_of_reach_says_so()
    {
        var target = await AddTargetAsync();
        await Database.AddFilesAsync(target, "a/b/x", "c/x");
        await Database.ExecuteAsync(
            $"insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause) values ({target}, 'a/b/', 1, 'gone')");

        var root = await query.GetAsync($"/browse?target={target}");
        var inner = await query.GetAsync($"/browse?target={target}&path=a");
        await Database.SetStateAsync(target, "offline");
        var offline = await query.GetAsync($"/browse?target={target}");

        Assert.Equal("some", (string?)root["unknown"]);
        Assert.Equal(["some", "none"], root["items"]!.AsArray().Select(item => (string?)item!["unknown"]));
        Assert.Equal("all", (string?)inner["items"]![0]!["unknown"]);
        Assert.Equal("all", (string?)offline["unknown"]);
        Assert.Equal(["all", "all"], offline["items"]!.AsArray().Select(item => (string?)item!["unknown"]));
    }

    [Fact]
    public async Task A_target_without_files_is_empty_and_what_is_not_there_is_not_found()
    {
        var target = await AddTargetAsync();
        Assert.Empty((await query.GetAsync($"/browse?target={target}"))["items"]!.AsArray());
        await Database.AddFilesAsync(target, "a/x");

        foreach (var (path, type) in new[]
        {
            ($"/browse?target={target}&path=b", "folder-not-found"),
            ($"/browse?target={target}&path=a/x", "folder-not-found"),
            ("/browse?target=2147483647", "target-not-found"),
        })
        {
            var (status, problem) = await query.GetProblemAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Equal("urn:fixity:problem:" + type, problem.GetProperty("type").GetString());
        }
    }

    [Theory]
    [InlineData("", "target")]
    [InlineData("?target=1&path=a/../b", "path")]
    [InlineData("?target=1&sort=size", "sort")]
    public async Task What_cannot_be_asked_is_told(string asked, string field)
    {
        var (status, problem) = await query.GetProblemAsync("/browse" + asked);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        var (status, problem) = await query.GetProblemAsync("/browse?target=1&cursor=bm8");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("urn:fixity:problem:bad-cursor", problem.GetProperty("type").GetString());
    }

    private static List<string> Entries(JsonObject page) =>
        [.. page["items"]!.AsArray().Select(item => Entry(item!.AsObject()))];

    private static string Entry(JsonObject item) => $"{item["kind"]} {item["name"]}";

    // As the paths sort: a folder as if its name ended in a slash.
    private static string KeyOf(string entry) => entry.StartsWith("folder ", StringComparison.Ordinal)
        ? entry["folder ".Length..] + "/"
        : entry["file ".Length..];

    private async Task<int> AddTargetAsync(string? name = null) => await Database.AddTargetAsync(name: name);

    /// <summary>In the place of the scanner.</summary>
    private Task SumUpAsync(int target, params (string Parent, string Name)[] folders) => Database.ExecuteAsync($"""
        insert into scanner.rollups (target_id, as_of) values ({target}, '2026-02-02Z')
        on conflict do nothing;
        insert into scanner.folders (target_id, parent, name, files, bytes, corrupted, tampered, unreadable,
            never_verified, oldest_verified_at, deleted, excluded, changed)
        select {target}, n.parent, n.name, count(f.id), coalesce(sum(f.size), 0)::bigint, 1, 2, 3, 4, '2026-01-01Z', 5, 6, 7
        from (values {string.Join(", ", folders.Select(f => $"('{f.Parent}', '{f.Name}')"))}) as n (parent, name)
        left join scanner.files f on f.target_id = {target} and starts_with(
            f.path, case when n.name = '' then '' else concat_ws('/', nullif(n.parent, ''), n.name) || '/' end)
        group by n.parent, n.name
        on conflict do nothing
        """);
}
