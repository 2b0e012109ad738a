using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Fixity.Query.Changes;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fixity.Query.Tests.Changes;

[Collection(FeedCollection.Name)]
[Trait("Category", "Database")]
public sealed class FeedWaitTests(OwnServerQuery query)
{
    // Less than the shortest wait that these tests begin and mean to see ended early.
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_wait_ends_as_soon_as_a_change_is_announced()
    {
        var (target, cursor) = await AtTheEndAsync();
        var watch = Stopwatch.StartNew();
        var waiting = query.GetAsync($"/changes?order=commit&target={target}&wait=55s&cursor={cursor}");
        await query.AnnounceAsync();
        Assert.False(waiting.IsCompleted);

        var id = await query.Database.AddChangeAsync(target, "added", "a");
        await query.AnnounceAsync();

        Assert.Equal([id], (await waiting).Ids());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Early);
    }

    [Fact]
    public async Task A_wait_ends_with_a_change_that_nobody_announced()
    {
        var (target, cursor) = await AtTheEndAsync();
        var watch = Stopwatch.StartNew();
        var waiting = query.GetAsync($"/changes?order=commit&target={target}&wait=55&cursor={cursor}");

        var id = await query.Database.AddChangeAsync(target, "added", "a");

        Assert.Equal([id], (await waiting).Ids());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Early);
    }

    [Fact]
    public async Task A_change_that_an_older_transaction_holds_up_comes_in_the_same_wait()
    {
        var (target, cursor) = await AtTheEndAsync();
        var (open, held) = await query.BeginChangeAsync(target, "older");
        var watch = Stopwatch.StartNew();
        var waiting = query.GetAsync($"/changes?order=commit&target={target}&wait=55s&cursor={cursor}");
        var id = await query.Database.AddChangeAsync(target, "added", "newer");
        await query.AnnounceAsync();
        // Long enough for the look that the announcement causes, which must find nothing.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);

        await open.CommitAsync();

        Assert.Equal([held, id], (await waiting).Ids());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Early);
    }

    [Fact]
    public async Task A_wait_without_a_change_ends_in_time_with_an_empty_page_and_a_cursor()
    {
        var (target, cursor) = await AtTheEndAsync();
        var watch = Stopwatch.StartNew();

        var page = await query.GetAsync($"/changes?order=commit&target={target}&wait=1s&cursor={cursor}");

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), Early);
        Assert.Empty(page.Ids());
        var id = await query.Database.AddChangeAsync(target, "added", "a");
        var next = await query.GetAsync($"/changes?order=commit&target={target}&wait=55s&cursor={page["nextCursor"]}");
        Assert.Equal([id], next.Ids());
    }

    [Fact]
    public async Task What_is_there_is_told_without_waiting()
    {
        var (target, cursor) = await AtTheEndAsync();
        var id = await query.Database.AddChangeAsync(target, "added", "a");
        var watch = Stopwatch.StartNew();

        var page = await query.GetAsync($"/changes?order=commit&target={target}&wait=55s&cursor={cursor}");

        Assert.Equal([id], page.Ids());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Early);
    }

    [Fact]
    public async Task So_many_wait_and_no_more_and_a_place_is_free_again_when_one_leaves()
    {
        var (target, cursor) = await AtTheEndAsync();
        var path = new Uri($"/api/v1/changes?order=commit&target={target}&wait=55s&cursor={cursor}", UriKind.Relative);
        using var leave = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, ChangeFeed.MaximumWaiting)
            .Select(_ => query.Client.GetAsync(path, leave.Token)).ToList();

        using (var refused = await UntilAsync(HttpStatusCode.ServiceUnavailable, path))
        {
            var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.Equal("urn:fixity:problem:feed-busy", (string)problem["type"]!);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }

        // Whoever does not wait needs no place.
        Assert.Empty((await query.GetAsync($"/changes?order=commit&target={target}&cursor={cursor}")).Ids());
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        using var served = await UntilAsync(
            HttpStatusCode.OK, new Uri(path.ToString().Replace("55s", "1s", StringComparison.Ordinal), UriKind.Relative));
    }

    [Fact]
    public async Task A_service_that_stops_sends_its_waiting_readers_on()
    {
        var (target, cursor) = await AtTheEndAsync();
        await using var application = new ServiceApplication<Program>(query.Database.ConnectionString);
        using var client = application.CreateClientAs(Roles.Viewer);
        var watch = Stopwatch.StartNew();
        var waiting = client.GetStringAsync(
            new Uri($"/api/v1/changes?order=commit&target={target}&wait=55s&cursor={cursor}", UriKind.Relative));
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);

        application.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var page = JsonNode.Parse(await waiting)!.AsObject();
        Assert.Empty(page.Ids());
        Assert.NotNull(page["nextCursor"]);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Early);
    }

    private async Task<(int Target, string Cursor)> AtTheEndAsync()
    {
        var target = await query.Database.AddTargetAsync();
        return (target, (await query.DrainAsync($"&target={target}")).Cursor);
    }

    private async Task<HttpResponseMessage> UntilAsync(HttpStatusCode status, Uri path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        while (true)
        {
            // While there is room it would wait: a moment is enough to be told that there is none.
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            moment.CancelAfter(TimeSpan.FromSeconds(5));
            try
            {
                var answer = await query.Client.GetAsync(path, moment.Token);
                if (answer.StatusCode == status)
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // There was room.
            }
        }
    }
}
