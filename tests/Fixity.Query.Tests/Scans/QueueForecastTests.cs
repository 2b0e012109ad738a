using System.Text.Json.Nodes;
using Fixity.Query.Scans;
using Ahead = Fixity.Query.Scans.QueueForecast.Ahead;

namespace Fixity.Query.Tests.Scans;

public sealed class QueueForecastTests(RunningQuery query) : IClassFixture<RunningQuery>, IAsyncLifetime
{
    public Task InitializeAsync() => query.Database.ExecuteAsync("""
        delete from scanner.replicas; delete from scheduler.scans; delete from scheduler.targets;
        """);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_scan_that_waits_says_its_place_when_it_may_begin_and_how_long_it_takes()
    {
        var running = await TargetAsync(100);
        var before = await TargetAsync(40, 10, 30, 20, 9_000, 25); // The last five: 25 9000 20 30 10.
        var mine = await TargetAsync(7);
        await query.Database.ExecuteAsync("insert into scanner.replicas (name, slots) values ('one', 1)");
        var active = await query.Database.AddScanAsync(running);
        await query.Database.ExecuteAsync(
            $"update scheduler.scans set status = 'running', started_at = now() - interval '40 s' where id = {active}");
        await PriorityAsync(await query.Database.AddScanAsync(before), 10);
        var scan = await query.Database.AddScanAsync(mine);

        var shown = await query.GetAsync($"/scans/{scan}");

        Assert.Equal("scanner 2 7", $"{shown["waitsFor"]} {shown["queuePosition"]} {shown["expectedSeconds"]}");
        var seconds = ((DateTimeOffset)shown["expectedStartAt"]! - DateTimeOffset.UtcNow).TotalSeconds;
        Assert.InRange(seconds, 60 + 25 - 5, 60 + 25 + 1);
        var second = await query.GetAsync($"/scans/{active}");
        Assert.Equal(100, (double)second["expectedSeconds"]!);
        Assert.False(second.ContainsKey("queuePosition"));
        Assert.False((await query.ItemsAsync($"/scans?target={mine}"))[0].ContainsKey("queuePosition"));
    }

    [Fact]
    public async Task What_is_not_known_is_left_out()
    {
        await query.Database.ExecuteAsync("insert into scanner.replicas (name, slots) values ('one', 1)");
        await PriorityAsync(await query.Database.AddScanAsync(await TargetAsync()), 10);
        var scan = await query.Database.AddScanAsync(await TargetAsync());

        var shown = await query.GetAsync($"/scans/{scan}");

        Assert.Equal(2, (long)shown["queuePosition"]!);
        Assert.False(shown.ContainsKey("expectedStartAt"));
        Assert.False(shown.ContainsKey("expectedSeconds"));
    }

    [Fact]
    public async Task A_scan_that_reads_everything_is_expected_to_last_as_long_as_others_that_did()
    {
        var target = await TargetAsync(7, 7, 7);
        var scan = await query.Database.AddScanAsync(target, mode: "full");

        Assert.False((await query.GetAsync($"/scans/{scan}")).ContainsKey("expectedSeconds"));

        await query.Database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, mode, status, started_at, ended_at)
            values ({target}, 'manual', 'full', 'completed', now() - interval '500 s', now())
            """);
        Assert.Equal(500, (double)(await query.GetAsync($"/scans/{scan}"))["expectedSeconds"]!);
    }

    [Fact]
    public async Task A_scan_whose_time_has_not_come_says_when()
    {
        var target = await TargetAsync();
        var failed = await EndedAsync(target, "failed", 1);
        var scan = await query.Database.AddScanAsync(target, trigger: "retry");
        await query.Database.ExecuteAsync(
            $"update scheduler.scans set not_before = '2099-01-01Z', attempt = 2, retry_of = {failed} where id = {scan}");

        var waiting = await query.GetAsync($"/scans/{scan}");
        await query.Database.ExecuteAsync(
            $"update scheduler.targets set blackout_from = now(), blackout_until = '2099-02-01Z' where id = {target}");
        var dark = await query.GetAsync($"/scans/{scan}");

        Assert.Equal($"retry 2 {failed} time", Words(waiting));
        Assert.Equal(waiting["notBefore"]!.ToJsonString(), waiting["expectedStartAt"]!.ToJsonString());
        Assert.False(waiting.ContainsKey("queuePosition"));
        Assert.Equal($"retry 2 {failed} blackout", Words(dark));
        Assert.Equal(new DateTimeOffset(2099, 2, 1, 0, 0, 0, TimeSpan.Zero), (DateTimeOffset)dark["expectedStartAt"]!);

        static string Words(JsonObject s) => $"{s["trigger"]} {s["attempt"]} {s["retryOf"]} {s["waitsFor"]}";
    }

    [Theory]
    [InlineData(1, 2, 60)] // One after the other: 10 + 20 + 30.
    [InlineData(2, 2, 20)] // 10, 20; 10 -> 40; and the fourth at 20.
    [InlineData(9, 9, 0)]
    [InlineData(9, 1, 60)]
    [InlineData(0, 2, double.PositiveInfinity)]
    public void Each_scan_takes_one_place_and_one_of_its_server(int places, int perServer, double seconds) =>
        Assert.Equal(seconds, QueueForecast.SecondsUntil(
            [new Ahead(true, "nas", 10), new Ahead(false, "nas", 20), new Ahead(false, "nas", 30), new Ahead(false, "nas", 1)],
            places, perServer));

    private Task PriorityAsync(long scan, int priority) => query.Database.ExecuteAsync(
        $"update scheduler.scans set priority = {priority} where id = {scan}");

    private async Task<int> TargetAsync(params int[] seconds)
    {
        var target = await query.Database.AddTargetAsync();
        foreach (var took in seconds)
        {
            await EndedAsync(target, "completed", took);
        }

        return target;
    }

    private async Task<long> EndedAsync(int target, string status, int seconds)
    {
        var scan = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            update scheduler.scans
            set status = '{status}', started_at = now() - interval '{seconds} s', ended_at = now() where id = {scan}
            """);
        return scan;
    }
}
