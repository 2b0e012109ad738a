using System.Net;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.Testing.Services;

namespace Fixity.Query.Tests.Changes;

[Collection(FeedServer.Name)]
[Trait("Category", "Database")]
public sealed class ChangeFeedTests(OwnServerQuery query)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Changes_come_in_the_order_of_transactions_and_those_of_late_committers_are_never_skipped()
    {
        var target = await query.Database.AddTargetAsync();
        var (early, first) = await query.BeginChangeAsync(target, "first");
        var second = await query.Database.AddChangeAsync(target, "added", "second");

        var before = await query.GetAsync($"/changes?order=commit&target={target}");
        var third = await early.AddChangeAsync(target, "third");
        await early.CommitAsync();
        var (after, cursor) = await UntilAsync(target, 3, (string)before["nextCursor"]!);

        // The second is committed and seen in the list, yet behind it something may still come up.
        Assert.Empty(before.Ids());
        Assert.Equal([first, third, second], after);
        Assert.Empty((await query.DrainAsync($"&target={target}", cursor)).Ids);
    }

    [Fact]
    public async Task What_was_rolled_back_never_comes_and_holds_nothing_up()
    {
        var target = await query.Database.AddTargetAsync();
        var (open, _) = await query.BeginChangeAsync(target, "never");
        var kept = await query.Database.AddChangeAsync(target, "added", "kept");

        await open.DisposeAsync();

        Assert.Equal([kept], (await UntilAsync(target, 1)).Ids);
    }

    [Fact]
    public async Task With_many_writers_and_a_reader_at_once_each_change_comes_just_once()
    {
        const int Writers = 6;
        const int Transactions = 40;
        var target = await query.Database.AddTargetAsync();
        var writers = Enumerable.Range(0, Writers).Select(n => Task.Run(() => WriteAsync(target, n, Transactions))).ToList();
        var written = Task.WhenAll(writers);
        var read = new List<long>();
        string? cursor = null;
        using var limit = new CancellationTokenSource(Patience);

        // Pages of three, so that a page often ends within a transaction.
        var isLast = false;
        while (!isLast)
        {
            limit.Token.ThrowIfCancellationRequested();
            isLast = written.IsCompleted && await IsQuietAsync();
            (var ids, cursor) = await query.DrainAsync($"&target={target}", cursor, limit: 3);
            read.AddRange(ids);
        }

        var all = (await written).SelectMany(ids => ids).Order().ToList();
        Assert.Equal(all, read.Order());
        Assert.Equal(
            await query.Database.ListAsync($"""
                select e.id::text from scanner.change_events e where target_id = {target} order by transaction_id, e.id
                """),
            read.Select(id => $"{id}"));
    }

    [Fact]
    public async Task A_cursor_goes_on_in_another_process_and_after_an_empty_page()
    {
        var target = await query.Database.AddTargetAsync();
        var first = await query.Database.AddChangeAsync(target, "added", "1");
        var (one, cursor) = await UntilAsync(target, 1);
        var (none, later) = await query.DrainAsync($"&target={target}", cursor);
        var second = await query.Database.AddChangeAsync(target, "added", "2");
        await using var restarted = new ServiceApplication<Program>(query.Database.ConnectionString);
        using var client = restarted.CreateClientAs(Roles.Viewer);

        var answer = await client.GetStringAsync(
            new Uri($"/api/v1/changes?order=commit&wait=30s&target={target}&cursor={later}", UriKind.Relative));

        Assert.Equal([first], one);
        Assert.Empty(none);
        Assert.Contains($"\"id\":{second},", answer, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"id\":{first},", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "1,2,3,4,5,6")]
    [InlineData("&scan=11", "1,2")]
    [InlineData("&type=corrupted,moved", "2,4,5")]
    [InlineData("&path=a", "1,2,3,5")]
    [InlineData("&since=2026-02-01T00:00:00Z", "3,4,5,6")]
    [InlineData("&until=2026-02-01T00:00:00Z", "1,2")]
    [InlineData("&acknowledged=true", "4")]
    [InlineData("&since=2026-02-01T00:00:00Z&until=2026-02-02T00:00:00Z&type=modified", "3")]
    public async Task Filters_are_those_of_the_list(string filter, string expected)
    {
        var target = await query.Database.AddTargetAsync();
        var ids = new List<long>
        {
            await AddAsync("added", "a/b", scan: 11),
            await AddAsync("corrupted", "a/b/c", scan: 11),
            await AddAsync("modified", "a", at: "2026-02-01Z"),
            await AddAsync("corrupted", "b/a", at: "2026-02-02Z", acknowledged: true),
            await AddAsync("moved", "c", at: "2026-02-02Z", previous: "a/b/d"),
            await AddAsync("added", "ab", at: "2026-02-02Z"),
        };
        await UntilAsync(target, ids.Count);

        var (found, _) = await query.DrainAsync($"&target={target}{filter}", limit: 2);

        Assert.Equal(expected, string.Join(',', found.Select(id => ids.IndexOf(id) + 1)));

        Task<long> AddAsync(
            string type, string path, long? scan = null, string at = "2026-01-01Z", string? previous = null,
            bool acknowledged = false) => query.Database.AddChangeAsync(
                target, type, path, scan, previousPath: previous, detectedAt: at, acknowledged: acknowledged);
    }

    [Fact]
    public async Task A_filter_that_wants_one_of_very_many_finds_it_and_goes_on_behind_the_others()
    {
        var crowded = await query.Database.AddTargetAsync();
        var target = await query.Database.AddTargetAsync();
        await CrowdAsync();
        var wanted = await query.Database.AddChangeAsync(target, "added", "wanted");
        await CrowdAsync();
        await UntilAsync(target, 1);

        var (found, cursor) = await query.DrainAsync($"&target={target}");

        Assert.Equal([wanted], found);
        Assert.Empty((await query.DrainAsync($"&target={crowded}", cursor)).Ids);

        Task CrowdAsync() => query.Database.ExecuteAsync($"""
            insert into scanner.change_events (target_id, file_id, path, type)
            select {crowded}, 1, 'f' || n, 'added' from generate_series(1, 25000) n
            """);
    }

    [Theory]
    [InlineData("order=oldest", "order")]
    [InlineData("order=commit&wait=soon", "wait")]
    [InlineData("order=commit&wait=-1s", "wait")]
    [InlineData("order=commit&wait=1.5s", "wait")]
    [InlineData("wait=1s", "wait")]
    [InlineData("format=xml", "format")]
    [InlineData("order=commit&path=a//b", "path")]
    public async Task What_cannot_be_read_is_named(string asked, string parameter)
    {
        var (status, problem) = await query.GetProblemAsync("/changes?" + asked);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(parameter, out _));
    }

    [Fact]
    public async Task A_cursor_of_the_list_is_none_of_the_feed_nor_the_other_way_round()
    {
        var feed = (string)(await query.GetAsync("/changes?order=commit"))["nextCursor"]!;
        foreach (var asked in new[]
                 {
                     $"order=commit&cursor={Cursor.Encode(7L)}",
                     $"order=commit&cursor={Cursor.Encode(new { TargetId = 1, Path = "a" })}",
                     $"order=commit&cursor={Cursor.Encode(new { TransactionId = 5, Id = -1 })}",
                     $"cursor={feed}",
                 })
        {
            var (status, problem) = await query.GetProblemAsync("/changes?" + asked);

            Assert.Equal(
                (HttpStatusCode.BadRequest, "urn:fixity:problem:bad-cursor"),
                (status, problem.GetProperty("type").GetString()));
        }
    }

    [Fact]
    public async Task A_cursor_of_a_database_that_was_further_is_refused_instead_of_silently_passing_over_changes()
    {
        var ahead = Cursor.Encode(new { TransactionId = ulong.MaxValue, Id = 1 });

        var (status, problem) = await query.GetProblemAsync($"/changes?order=commit&wait=30s&cursor={ahead}");

        Assert.Equal(
            (HttpStatusCode.Gone, "urn:fixity:problem:cursor-astray"),
            (status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_stranger_reads_no_feed()
    {
        using var answer = await query.Stranger.GetAsync(
            new Uri("/api/v1/changes?order=commit&wait=30s", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    /// <summary>Reads until so many are there: the server's own work (autovacuum) may hold the feed up for a moment.</summary>
    private async Task<(List<long> Ids, string Cursor)> UntilAsync(int target, int count, string? cursor = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        var all = new List<long>();
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            (var ids, cursor) = await query.DrainAsync($"&target={target}", cursor);
            all.AddRange(ids);
            if (all.Count >= count)
            {
                return (all, cursor);
            }
        }
    }

    /// <summary>Whether everything that is committed can be read by now.</summary>
    private Task<bool> IsQuietAsync() => query.Database.ScalarAsync<bool>("""
        select coalesce(max(transaction_id) < pg_snapshot_xmin(pg_current_snapshot()), true) from scanner.change_events
        """);

    private async Task<List<long>> WriteAsync(int target, int writer, int transactions)
    {
        var random = new Random(writer);
        var ids = new List<long>();
        await using var connection = await query.Database.DataSource.OpenConnectionAsync();
        for (var i = 0; i < transactions; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var added = new List<long>();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                added.Add(await connection.AddChangeAsync(target, $"{writer}/{i}/{n}"));
                await Task.Delay(random.Next(0, 4));
            }

            if (random.Next(8) == 0)
            {
                await transaction.RollbackAsync();
                continue;
            }

            await transaction.CommitAsync();
            ids.AddRange(added);
        }

        return ids;
    }
}
