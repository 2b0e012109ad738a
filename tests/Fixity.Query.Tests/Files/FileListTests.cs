using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Files;

/// <summary>Each filter and each order, against the same asked in plain SQL.</summary>
[Trait("Category", "Database")]
public sealed class FileListTests(FileListTests.ManyFiles many) : IClassFixture<FileListTests.ManyFiles>
{
    [Theory]
    [InlineData("path", "target_id, path")]
    [InlineData("-path", "target_id desc, path desc")]
    [InlineData("size", "size, id")]
    [InlineData("-size", "size desc, id desc")]
    [InlineData("mtime", "mtime_ns, id")]
    [InlineData("-mtime", "mtime_ns desc, id desc")]
    [InlineData("verifiedAt", "verified_at nulls first, id")]
    [InlineData("-verifiedAt", "verified_at desc nulls last, id desc")]
    public async Task Every_order_is_whole_over_its_pages(string sort, string order)
    {
        // Filters on top, so that each order is tried with what can be joined to it.
        foreach (var (filter, where) in new[]
        {
            ("", "true"),
            ($"&target={many.First}", $"target_id = {many.First}"),
            ("&state=deleted", "state = 2"),
            ("&state=corrupted,deleted", "state in (2, 3)"),
            ("&path=a", "(path = 'a' or path like 'a/%')"),
            ($"&target={many.First}&q=5", $"target_id = {many.First} and path like '%5%'"),
            ("&minSize=3&maxSize=5", "size between 3 and 5"),
        })
        {
            var listed = await many.AllAsync($"/files?sort={sort}{filter}", 17);
            var truth = await many.Database.ListAsync($"select id::text as found from scanner.files where {where} order by {order}");

            Assert.NotEmpty(truth);
            Assert.Equal(truth, listed.Select(Id));
        }
    }

    [Theory]
    [InlineData("glob=**/*3.raw", "path ~ '3[.]raw$'")]
    [InlineData("glob=*1.raw", "path ~ '1[.]raw$'")]
    [InlineData("glob=a/*", "path ~ '^a/[^/]*$'")]
    [InlineData("glob=a/**&q=100%25", "path like 'a/%' and path like '%100\\%%'")]
    [InlineData("q=file", "path ilike '%file%'")]
    [InlineData("q=FILE", "path ilike '%file%'")]
    [InlineData("q=100%25", "path like '%100\\%%'")]
    [InlineData("q=file_3", "path like '%file\\_3%'")]
    [InlineData("path=100%25_a", "path like '100\\%\\_a/%'")]
    [InlineData("modifiedSince=2020-01-01T00:00:20Z", "mtime_ns >= 1577836820000000000")]
    [InlineData("modifiedUntil=2020-01-01T00:00:20Z&minSize=2", "mtime_ns < 1577836820000000000 and size >= 2")]
    [InlineData("modifiedSince=9999-01-01T00:00:00Z", "false")]
    [InlineData("verifiedSince=2026-01-03T00:00:00Z", "verified_at >= '2026-01-03Z'")]
    [InlineData("verifiedUntil=2026-01-03T00:00:00Z&state=present", "verified_at < '2026-01-03Z' and state = 1")]
    [InlineData("minSize=9000000000000000000", "false")]
    public async Task Every_filter_finds_what_it_says(string filter, string where)
    {
        var truth = await many.Database.ListAsync(
            $"select id::text as found from scanner.files where {where} order by target_id, path");

        Assert.Equal(truth, (await many.AllAsync($"/files?{filter}", 23)).Select(Id));
        Assert.Equal(where == "false", truth.Count == 0);
    }

    [Theory]
    [InlineData("sort=name", "sort")]
    [InlineData("sort=--size", "sort")]
    [InlineData("sort=-", "sort")]
    [InlineData("minSize=-1", "minSize")]
    [InlineData("glob=[z-a]", "glob")]
    [InlineData("q=ab", "q")]
    [InlineData("q=--", "q")]
    [InlineData("q=abc&sort=size", "sort")]
    [InlineData("glob=*.raw&sort=-verifiedAt", "sort")]
    public async Task What_no_index_finds_and_what_makes_no_sense_is_refused_by_name(string filter, string parameter)
    {
        var (status, problem) = await many.GetProblemAsync("/files?" + filter);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_order_alone()
    {
        var cursor = (string)(await many.GetAsync("/files?sort=size&limit=1"))["nextCursor"]!;

        foreach (var other in new[] { "-size", "mtime", "path" })
        {
            var (status, problem) = await many.GetProblemAsync($"/files?sort={other}&cursor={cursor}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("urn:fixity:problem:bad-cursor", problem.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task A_page_that_takes_too_long_is_given_up_and_says_so()
    {
        await using var connection = await many.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "lock table scanner.files in access exclusive mode";
        await command.ExecuteNonQueryAsync();

        var (status, problem) = await many.GetProblemAsync("/files");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("urn:fixity:problem:query-too-slow", problem.GetProperty("type").GetString());
        Assert.Equal(0, await many.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where application_name <> '' and wait_event_type = 'Lock' and datname = current_database()"));
    }

    private static string Id(JsonObject file) => ((long)file["id"]!).ToString(CultureInfo.InvariantCulture);

    /// <summary>Files of two targets with many equal values, deleted and damaged ones, and some never verified.</summary>
    public sealed class ManyFiles : RunningQuery, IAsyncLifetime
    {
        public int First { get; private set; }

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            First = await Database.AddTargetAsync();
            var second = await Database.AddTargetAsync();
            await Database.ExecuteAsync($"""
                insert into scanner.files (target_id, path, size, mtime_ns, state, state_since, first_scan_id, verified_at)
                select case when n % 3 = 0 then {second} else {First} end,
                    case n % 4 when 0 then 'a/file_' || n || '.raw' when 1 then 'a/b/100% ' || n || '.txt'
                        when 2 then '100%_a/fileX' || n else '100xya/' || n || '.raw' end,
                    n % 7, 1577836800000000000 + n % 40 * 1000000000::bigint,
                    case when n % 5 = 0 then 2 when n % 11 = 0 then 3 else 1 end, '2026-01-01Z', 1,
                    case when n % 6 > 0 then '2026-01-01Z'::timestamptz + n % 5 * interval '1 day' end
                from generate_series(1, 200) n;
                """);
        }
    }
}
