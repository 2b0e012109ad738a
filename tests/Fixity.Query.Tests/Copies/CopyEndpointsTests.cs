using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Copies;

/// <summary>A database of its own: duplicates are counted over all there is.</summary>
[Trait("Category", "Database")]
public sealed class CopyEndpointsTests : RunningQuery
{
    [Fact]
    public async Task A_damaged_or_deleted_file_is_told_where_it_still_is_whole()
    {
        var (here, there) = (await Database.AddTargetAsync(), await Database.AddTargetAsync(name: "there"));
        var damaged = await AddAsync(here, "damaged", "x", state: 3);
        var deleted = await AddAsync(here, "deleted", "x", state: 2);
        var old = await AddAsync(there, "old", "x", verifiedAt: "2026-01-01Z");
        var never = await AddAsync(here, "never", "x");
        var fresh = await AddAsync(there, "fresh", "x", verifiedAt: "2026-02-01Z");
        await AddAsync(there, "tampered", "x", state: 5);
        await AddAsync(there, "unreadable", "x", state: 4);
        await AddAsync(there, "another", "y");
        await AddAsync(there, "longer", "x", size: 6);
        await AddAsync(there, "sha", "x", algorithm: 2);
        await Database.SetStateAsync(there, "offline");
        await Database.SetStateAsync(here, "online");

        foreach (var id in new[] { damaged, deleted })
        {
            Assert.Equal([fresh, old, never], (await AllAsync($"/files/{id}/copies", 1)).Select(copy => (long)copy["id"]!));
        }

        Assert.Equal([fresh, old], (await ItemsAsync($"/files/{never}/copies")).Select(copy => (long)copy["id"]!));
        var expected = JsonNode.Parse($$"""
            {"id": {{fresh}}, "targetId": {{there}}, "targetName": "there", "path": "fresh", "state": "unknown",
            "verifiedAt": "2026-02-01T00:00:00+00:00", "targetState": "offline"}
            """);
        var first = (await ItemsAsync($"/files/{damaged}/copies"))[0];
        Assert.True(JsonNode.DeepEquals(expected, first), first.ToJsonString());
    }

    [Fact]
    public async Task What_has_no_content_to_look_for_is_said_and_not_shown_as_none()
    {
        var target = await Database.AddTargetAsync();
        var unread = await AddAsync(target, "unread", "x", state: 4);
        await Database.ExecuteAsync($"update scanner.files set checksum = null, algorithm = null where id = {unread}");
        var empty = await AddAsync(target, "empty", "", size: 0);

        await RefusedAsync(unread, HttpStatusCode.Conflict, "no-checksum");
        await RefusedAsync(empty, HttpStatusCode.Conflict, "empty-file");
        await RefusedAsync(987_654_321, HttpStatusCode.NotFound, "file-not-found");

        async Task RefusedAsync(long id, HttpStatusCode expected, string slug)
        {
            var (status, problem) = await GetProblemAsync($"/files/{id}/copies");
            Assert.Equal(expected, status);
            Assert.Equal("urn:fixity:problem:" + slug, problem.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task Duplicates_come_by_waste_page_by_page_and_equal_what_is_there()
    {
        var (one, other) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        var random = new Random(5);
        for (var i = 0; i < 120; i++)
        {
            // Few contents and sizes, so that waste is equal here and there.
            var content = random.Next(30);
            await AddAsync(
                random.Next(2) == 0 ? one : other, $"f{i}", content.ToString(CultureInfo.InvariantCulture),
                state: random.Next(10) == 0 ? (short)2 : (short)1, size: content % 4);
        }

        foreach (var (target, within) in new[] { ("", "true"), ($"?target={one}", $"target_id = {one}") })
        {
            var expected = await Database.ListAsync($"""
                select format('%s %s %s', encode(checksum, 'hex'), count(*), (count(*) - 1) * size)
                from scanner.files where state = 1 and size > 0 and {within}
                group by checksum, size having count(*) > 1
                order by (count(*) - 1) * size desc, checksum
                """);

            var all = await AllAsync($"/duplicates{target}", 7);
            var page = await GetAsync($"/duplicates{target}");

            Assert.Equal(
                expected, all.Select(group => $"{group["checksum"]} {group["copies"]} {group["wastedBytes"]}"));
            Assert.Equal(expected.Count, (int)page["groups"]!);
            Assert.Equal(all.Sum(group => (long)group["wastedBytes"]!), (long)page["wastedBytes"]!);
            Assert.False((bool)page["truncated"]!);
            Assert.All(all, group => Assert.Equal(
                Math.Min(10, (int)group["copies"]!), group["files"]!.AsArray().Count));
            Assert.All(all, group => Assert.Equal(
                group["files"]!.AsArray().Select(file => (int)file!["targetId"]!).Distinct().Count() > 1,
                (bool)group["acrossTargets"]!));
        }
    }

    [Fact]
    public async Task Those_who_ask_at_once_are_given_one_count()
    {
        var target = await Database.AddTargetAsync();
        await AddAsync(target, "a", "x");
        await AddAsync(target, "b", "x");

        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync("/duplicates")));
        var later = await GetAsync("/duplicates");

        Assert.Single(asked.Append(later).Select(page => (string)page["asOf"]!).Distinct());
        Assert.NotEqual((string)later["asOf"]!, (string)(await GetAsync($"/duplicates?target={target}"))["asOf"]!);
    }

    private async Task<long> AddAsync(
        int target, string path, string content, short state = 1, string? verifiedAt = null, int size = 5, short algorithm = 1)
    {
        var id = await Database.AddFileAsync(target, path, state);
        await Database.ExecuteAsync($"""
            update scanner.files set checksum = sha256('{content}'), size = {size}, algorithm = {algorithm},
                verified_at = {(verifiedAt is null ? "null" : $"'{verifiedAt}'")}
            where id = {id}
            """);
        return id;
    }
}
