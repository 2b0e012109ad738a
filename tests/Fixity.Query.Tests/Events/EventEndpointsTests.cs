using System.Diagnostics;
using System.Text.Json.Nodes;
using Fixity.Query.Events;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Query.Tests.Events;

[Trait("Category", "Database")]
public sealed class EventEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_client_is_greeted_at_once_on_a_stream_that_nobody_may_keep()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.ToString());
        Assert.True(stream.Response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_notification_becomes_the_scan_as_the_api_shows_it()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);

        await NotifyScanAsync(scan, target);

        var pushed = await stream.NextAsync("scan");
        var listed = Assert.Single(await query.ItemsAsync($"/scans?target={target}"));
        Assert.Equal(listed.ToJsonString(), pushed.ToJsonString());
    }

    [Fact]
    public async Task Changes_are_summed_and_targets_and_webhooks_come_with_their_state()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        var target = await query.Database.AddTargetAsync();
        await query.Database.SetStateAsync(target, "offline");
        for (var i = 0; i < 7; i++)
        {
            await query.Database.AddChangeAsync(target, "added", $"f{i}", scanId: 5);
        }

        // One statement is one commit, which delivers all of it together.
        await query.Database.ExecuteAsync($$"""
            select pg_notify('fixity_progress', '{"kind":"change","scanId":5,"targetId":{{target}},"count":7,"new":1}'),
                   pg_notify('fixity_progress', 'not json'),
                   pg_notify('fixity_progress', '{"kind":"weather","targetId":1}'),
                   pg_notify('fixity_progress', '{"kind":"target","targetId":{{target}}}'),
                   pg_notify('fixity_progress', '{"kind":"webhook","webhookId":2,"state":"active"}'),
                   pg_notify('fixity_progress', '{"kind":"webhook","webhookId":2,"state":"failing"}')
            """);

        // Other tests' open transactions may hold the changes back, or let some of them through first.
        var told = new Dictionary<string, JsonObject>();
        var changes = 0L;
        while (changes < 7 || told.Count < 3)
        {
            var (name, data) = (await stream.NextAsync())!.Value;
            told[name] = JsonNode.Parse(data)!.AsObject();
            changes += name == "change" ? (long)told[name]["changes"]! : 0;
        }

        Assert.Equal(7, changes);
        Assert.Equal((target, 5), ((int)told["change"]["targetId"]!, (long)told["change"]["scanId"]!));
        Assert.Equal($$"""{"targetId":{{target}},"state":"offline"}""", told["target"].ToJsonString());
        Assert.Equal("""{"webhookId":2,"state":"failing"}""", told["webhook"].ToJsonString());
    }

    [Fact]
    public async Task A_scan_that_waits_in_the_queue_is_told_too()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);

        await query.Database.ExecuteAsync($"select pg_notify('fixity_scan_queued', '{scan}')");

        Assert.Equal(scan, (long)(await stream.NextAsync("scan"))["id"]!);
    }

    [Fact]
    public async Task A_scan_that_reports_often_is_pushed_twice_a_second_and_ends_with_its_last_state()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);
        var started = Stopwatch.GetTimestamp();
        const int Batches = 300;

        for (var batch = 1; batch <= Batches; batch++)
        {
            await query.Database.ExecuteAsync(
                $"update scheduler.scans set files_seen = {batch} where id = {scan}; {NotifySql(scan, target)}");
        }

        var pushed = 0;
        JsonObject last;
        do
        {
            last = await stream.NextAsync("scan");
            pushed++;
        }
        while ((long)last["filesSeen"]! < Batches);

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Assert.InRange(pushed, 1, (int)(seconds * 2) + 1);
    }

    [Fact]
    public async Task Every_client_hears_of_it()
    {
        var streams = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => EventStream.OpenGreetedAsync(query.Client)));
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);

        await NotifyScanAsync(scan, target);

        foreach (var stream in streams)
        {
            Assert.Equal(scan, (long)(await stream.NextAsync("scan"))["id"]!);
            stream.Dispose();
        }
    }

    [Fact]
    public async Task Streams_end_when_the_database_is_lost_and_the_next_one_hears_again()
    {
        await using var application = new ServiceApplication<Program>(query.Database.ConnectionString);
        using var client = application.CreateClientAs(Roles.Viewer);
        using var before = await EventStream.OpenGreetedAsync(client);

        await query.Database.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and query = 'select pg_snapshot_xmin(pg_current_snapshot())'
            """);

        Assert.Null(await before.NextAsync());
        using var after = await EventStream.OpenGreetedAsync(client);
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);
        await NotifyScanAsync(scan, target);
        Assert.Equal(scan, (long)(await after.NextAsync("scan"))["id"]!);
    }

    [Fact]
    public async Task A_stream_ends_after_its_time_so_that_the_client_is_authenticated_anew()
    {
        var clock = new HeldClock(EventEndpoints.Life);
        await using var application = new ServiceApplication<Program>(
            query.Database.ConnectionString, services: services => services.AddSingleton<TimeProvider>(clock));
        using var client = application.CreateClientAs(Roles.Viewer);
        using var stream = await EventStream.OpenGreetedAsync(client);
        var end = stream.NextAsync();
        Assert.False(end.IsCompleted);

        clock.Elapse();

        Assert.Null(await end);
    }

    [Fact]
    public async Task A_stopping_service_waits_for_no_stream()
    {
        var application = new ServiceApplication<Program>(query.Database.ConnectionString);
        using var client = application.CreateClientAs(Roles.Viewer);
        using var stream = await EventStream.OpenGreetedAsync(client);

        var started = Stopwatch.GetTimestamp();
        var end = stream.NextAsync();
        await application.DisposeAsync();

        Assert.Null(await end);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    private Task NotifyScanAsync(long scan, int target) => query.Database.ExecuteAsync(NotifySql(scan, target));

    private static string NotifySql(long scan, int target) => $$"""
        select pg_notify('fixity_progress', '{"kind":"scan","scanId":{{scan}},"targetId":{{target}}}')
        """;
}
