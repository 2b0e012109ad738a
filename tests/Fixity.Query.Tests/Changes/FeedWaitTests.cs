using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Fixity.Query.Changes;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fixity.Query.Tests.Changes;

[Collection(FeedServer.Name)]
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
        await using var application = new ServiceApplication<Program>(
            query.Database.ConnectionString,
            services: services => services.AddSingleton(given => ActivatorUtilities.CreateInstance<ChangeFeed>(given, 2)));
        using var client = application.CreateClientAs(Roles.Viewer);
        var path = $"/api/v1/changes?order=commit&target={target}&cursor={cursor}";
        var wait = new Uri(path + "&wait=55s", UriKind.Relative);
        using var leave = new CancellationTokenSource();
        var waiting = new[] { client.GetAsync(wait, leave.Token), client.GetAsync(wait, leave.Token) };
        var feed = application.Services.GetRequiredService<ChangeFeed>();
        await UntilAsync(() => feed.FreePlaces == 0);

        using (var refused = await client.GetAsync(wait))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.Equal("urn:fixity:problem:feed-busy", (string)problem["type"]!);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }

        // Whoever does not wait needs no place.
        using (var atOnce = await client.GetAsync(new Uri(path, UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.OK, atOnce.StatusCode);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        await UntilAsync(() => feed.FreePlaces == 2);
        using var served = await client.GetAsync(new Uri(path + "&wait=1s", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task A_service_that_stops_sends_its_waiting_readers_on()
    {
        var (target, cursor) = await AtTheEndAsync();
        await using var application = new ServiceApplication<Program>(query.Database.ConnectionString);
        // Over a socket: the test server does not let requests end before it stops.
        application.UseKestrel(0);
        application.StartServer();
        using var client = application.CreateClientAs(Roles.Viewer);
        var feed = application.Services.GetRequiredService<ChangeFeed>();
        var watch = Stopwatch.StartNew();
        var waiting = client.GetStringAsync(
            new Uri($"/api/v1/changes?order=commit&target={target}&wait=55s&cursor={cursor}", UriKind.Relative));
        await UntilAsync(() => feed.FreePlaces < ChangeFeed.MaximumWaiting);

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

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Early);
        while (!holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
