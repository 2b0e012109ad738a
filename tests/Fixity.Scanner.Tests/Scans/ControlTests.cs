using System.Diagnostics;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class ControlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_scan_is_cancelled_within_five_seconds_while_it_reads_a_huge_file_and_hides_nothing()
    {
        using var tree = await WatchedTree.CreateAsync(database, 20);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        File.Delete(tree.PathOf(WatchedTree.NameOf(3)));
        tree.Write("new.bin", "new");
        TakeoverTests.MakeHuge(tree.PathOf("zz-huge"));
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {scan}");

        var since = Stopwatch.GetTimestamp();
        await WishAsync(scan, "'cancel'");
        await tree.EndOfAsync(scan, "cancelled");

        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        Assert.Equal(["added new.bin"], await tree.EventsAsync(scan));
        await tree.AssertCountsAgreeAsync();

        File.Delete(tree.PathOf("zz-huge"));
        Assert.Equal([$"deleted {WatchedTree.NameOf(3)}"], await tree.EventsAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task A_scan_cancelled_in_the_middle_of_a_move_reports_no_deletion_and_the_next_one_the_move()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        await tree.SetTargetAsync("large_change_count = 1");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.Move(tree.PathOf("d000"), tree.PathOf("zz"));
        TakeoverTests.MakeHuge(tree.PathOf("huge"));
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {scan}");
        Assert.Equal(50, await database.ScalarAsync<long>(
            $"select count(*) from scanner.scan_candidates where scan_id = {scan} and kind = 'disappeared'"));

        await WishAsync(scan, "'cancel'");
        await tree.EndOfAsync(scan, "cancelled");

        Assert.Empty(await tree.EventsAsync(scan));
        Assert.DoesNotContain("large_change.detected", await tree.TargetEventsAsync());
        File.Delete(tree.PathOf("huge"));
        var events = await tree.EventsAsync(await tree.ScanAsync());
        Assert.Equal(50, events.Count);
        Assert.All(events, e => Assert.StartsWith("moved ", e, StringComparison.Ordinal));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_scan_that_waits_and_one_whose_scanner_died_are_cancelled_by_any_scanner()
    {
        using var waiting = await WatchedTree.CreateAsync(database, 1);
        using var orphaned = await WatchedTree.CreateAsync(database, 1);
        var queued = await waiting.QueueAsync();
        var dead = await orphaned.QueueAsync();
        await WishAsync(queued, "'cancel'");
        await WishAsync(dead, "'cancel'");
        await database.ExecuteAsync($"""
            update scheduler.scans set status = 'running', started_at = now() where id = {dead};
            update scheduler.scan_segments set status = 'running', lease_owner = 'dead', fencing_token = 1,
                lease_until = now() - interval '1 second' where scan_id = {dead}
            """);

        await using var scanner = await ScannerProcess.StartAsync(database);

        await waiting.EndOfAsync(queued, "cancelled");
        await orphaned.EndOfAsync(dead, "cancelled");
        Assert.Empty(await waiting.RowVersionsAsync());
    }

    [Fact]
    public async Task A_paused_scan_goes_on_where_it_was_and_repeats_no_finished_file()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        TakeoverTests.MakeHuge(tree.PathOf("zz-huge"));
        await using var scanner = await ScannerProcess.StartAsync(database);
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select files_hashed = 60 from scheduler.scans where id = {scan}");

        await WishAsync(scan, "'pause'");
        await tree.UntilAsync($"""
            select s.status = 'paused' and g.status = 'paused' and g.lease_owner is null
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """);
        File.Delete(tree.PathOf("zz-huge"));
        await WishAsync(scan, "null");
        await tree.EndOfAsync(scan);

        Assert.Equal("t 60 2", await database.ScalarAsync<string>($"""
            select concat_ws(' ', s.is_baseline, s.files_hashed, g.attempt)
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """));
    }

    [Fact]
    public async Task A_scan_that_is_paused_before_it_began_waits_until_it_may_go_on()
    {
        using var tree = await WatchedTree.CreateAsync(database, 2);
        var scan = await tree.QueueAsync();
        await WishAsync(scan, "'pause'");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.UntilAsync($"select status = 'paused' from scheduler.scans where id = {scan}");

        await WishAsync(scan, "null");
        await tree.EndOfAsync(scan);
    }

    [Fact]
    public async Task A_scan_left_running_although_all_its_segments_are_paused_becomes_paused()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        var scan = await tree.QueueAsync();
        await WishAsync(scan, "'pause'");
        await database.ExecuteAsync($"""
            update scheduler.scans set status = 'running', started_at = now() where id = {scan};
            update scheduler.scan_segments set status = 'paused' where scan_id = {scan}
            """);

        await using var scanner = await ScannerProcess.StartAsync(database);

        await tree.UntilAsync($"select status = 'paused' from scheduler.scans where id = {scan}");
    }

    [Fact]
    public async Task A_month_whose_events_lie_in_the_default_partition_stops_no_scan()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        await database.ExecuteAsync($"""
            insert into scanner.change_events (detected_at, target_id, file_id, path, type)
            values ('2199-01-15', {tree.TargetId}, 1, 'early', 'added')
            """);

        await database.ExecuteAsync("select scanner.ensure_change_partitions('2199-01-01', 2)");

        Assert.Equal("f t", await database.ScalarAsync<string>("""
            select concat_ws(' ', to_regclass('scanner.change_events_2199_01') is not null,
                to_regclass('scanner.change_events_2199_02') is not null)
            """));
    }

    private Task WishAsync(long scan, string control) => database.ExecuteAsync(
        $"update scheduler.scans set control = {control} where id = {scan}; notify fixity_scan_queued, '{scan}'");
}
