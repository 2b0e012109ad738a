using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Changes;

/// <summary>Each filter and both orders over months of changes, against the same asked in plain SQL.</summary>
[Trait("Category", "Database")]
public sealed class ChangeListTests(ChangeListTests.ManyChanges many) : IClassFixture<ChangeListTests.ManyChanges>
{
    [Theory]
    [InlineData("", "true")]
    [InlineData("type=deleted", "type = 'deleted'")]
    [InlineData("type=deleted,moved", "type in ('deleted', 'moved')")]
    [InlineData("severity=critical", "type in ('corrupted', 'tampered')")]
    [InlineData("severity=medium,low", "type in ('deleted', 'modified')")]
    [InlineData("severity=medium&type=moved", "false")]
    [InlineData("scan=7", "scan_id = 7")]
    [InlineData("scan=7&type=added", "scan_id = 7 and type = 'added'")]
    [InlineData("scan=7&path=a", "scan_id = 7 and (path like 'a/%' or previous_path like 'a/%')")]
    [InlineData("acknowledged=true", "acknowledged_at is not null")]
    [InlineData("acknowledged=false&type=corrupted", "acknowledged_at is null and type = 'corrupted'")]
    [InlineData("path=a", "(path like 'a/%' or previous_path like 'a/%')")]
    [InlineData("path=100%25_a&type=added", "path like '100\\%\\_a/%' and type = 'added'")]
    [InlineData("q=file", "path ilike '%file%'")]
    [InlineData("q=100%25&severity=info", "path like '%100\\%%' and type in ('added', 'moved')")]
    [InlineData("glob=**/*9", "path ~ '9$'")]
    [InlineData("minSize=3&maxSize=4", "coalesce(new_size, old_size) between 3 and 4")]
    [InlineData("since=2024-06-15T00:00:00Z&until=2024-08-20T12:00:00Z", "detected_at >= '2024-06-15Z' and detected_at < '2024-08-20 12:00Z'")]
    [InlineData("since=2024-06-15T00:00:00Z&type=added", "detected_at >= '2024-06-15Z' and type = 'added'")]
    public async Task Every_filter_is_whole_over_its_pages_in_both_orders(string filter, string where)
    {
        foreach (var target in new[] { "", $"&target={many.First}" })
        {
            var and = target.Length == 0 ? "" : $" and target_id = {many.First}";
            foreach (var (sort, order) in new[] { ("-detectedAt", "desc"), ("detectedAt", "asc") })
            {
                var truth = await many.Database.ListAsync(
                    $"select id::text as found from scanner.change_events where {where}{and} order by detected_at {order}, id {order}");

                Assert.Equal(truth, (await many.AllAsync($"/changes?sort={sort}&{filter}{target}", 19)).Select(Id));
                Assert.Equal(where == "false", truth.Count == 0);
            }
        }
    }

    [Fact]
    public async Task Nothing_that_was_there_is_missing_or_twice_while_more_is_found()
    {
        var before = await many.Database.ListAsync("select id::text as found from scanner.change_events order by detected_at desc, id desc");

        var seen = await many.AllAsync($"/changes?q=file&target={many.First}", 7, page =>
            many.Database.AddChangeAsync(many.First, "added", $"late/file{page}", detectedAt: $"2024-0{1 + (page % 6)}-10Z"));

        var wanted = await many.Database.ListAsync(
            $"select id::text as found from scanner.change_events where path ilike '%file%' and target_id = {many.First} and path not like 'late/%'");
        var ids = seen.Select(Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Empty(wanted.Except(ids));
        await many.Database.ExecuteAsync("delete from scanner.change_events where path like 'late/%'");
        Assert.NotEmpty(before);
    }

    [Fact]
    public async Task What_a_scan_found_is_found_whole_while_it_runs_and_after_it_has_ended()
    {
        var target = await many.Database.AddTargetAsync();
        var scan = await many.Database.AddScanAsync(target);
        await many.Database.ExecuteAsync($"""
            update scheduler.scans set status = 'running', requested_at = '2024-03-31 23:59Z', started_at = '2024-03-31 23:59Z'
            where id = {scan}
            """);
        var first = await many.Database.AddChangeAsync(target, "added", "x", scan, detectedAt: "2024-03-31 23:59:30Z");
        var last = await many.Database.AddChangeAsync(target, "deleted", "y", scan, detectedAt: "2024-04-01 00:10Z");

        Assert.Equal([last, first], await FoundAsync());
        await many.Database.EndScanAsync(scan, "completed", "2024-04-01 00:10Z");
        Assert.Equal([last, first], await FoundAsync());
        await many.Database.ExecuteAsync($"delete from scanner.change_events where scan_id = {scan}");

        async Task<long[]> FoundAsync() =>
            [.. (await many.AllAsync($"/changes?scan={scan}", 1)).Select(change => (long)change["id"]!)];
    }

    [Theory]
    [InlineData("severity=worse", "severity")]
    [InlineData("sort=path", "sort")]
    [InlineData("sort=detectedAt&order=commit", "sort")]
    [InlineData("glob=[z-a]", "glob")]
    [InlineData("maxSize=-1", "maxSize")]
    public async Task A_filter_that_cannot_be_read_is_named(string filter, string parameter)
    {
        var (status, problem) = await many.GetProblemAsync("/changes?" + filter);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    private static string Id(JsonObject change) => ((long)change["id"]!).ToString(CultureInfo.InvariantCulture);

    /// <summary>Changes of two targets over partitions of months, of a year and beyond, several of each moment.</summary>
    public sealed class ManyChanges : RunningQuery, IAsyncLifetime
    {
        public int First { get; private set; }

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            First = await Database.AddTargetAsync();
            var second = await Database.AddTargetAsync();
            // The oldest and the newest lie in no partition of their own.
            await Database.ExecuteAsync($"""
                create table scanner.change_events_2024_02 partition of scanner.change_events for values from ('2024-02-01Z') to ('2024-03-01Z');
                select scanner.ensure_change_partitions('2024-03-01', 11);
                insert into scanner.change_events (detected_at, scan_id, target_id, file_id, path, previous_path, type, old_size,
                    new_size, acknowledged_at)
                select '2023-12-20Z'::timestamptz + n / 3 * 3 * interval '41 hours', case when n between 100 and 140 then 7 else 1000 + n end,
                    case when n % 3 = 0 then {second} else {First} end, n,
                    case n % 4 when 0 then 'a/file_' || n when 1 then 'a/b/100% ' || n when 2 then '100%_a/fileX' || n
                        else '100xya/' || n end,
                    case when n % 5 = 3 then 'a/was/' || n end,
                    case n % 5 when 0 then 'added' when 1 then 'deleted' when 2 then 'modified' when 3 then 'moved'
                        else case when n % 2 = 0 then 'corrupted' else 'tampered' end end,
                    n % 6, case when n % 5 <> 1 then n % 7 end, case when n % 20 = 4 then now() end
                from generate_series(1, 260) n;
                """);
        }
    }
}
