using System.Diagnostics;
using System.Runtime.Versioning;
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
        Assert.Empty(await tree.EventsAsync(scan));
        await tree.AssertCountsAgreeAsync();

        File.Delete(tree.PathOf("zz-huge"));
        Assert.Equal(
            [$"deleted {WatchedTree.NameOf(3)}", "added new.bin"], await tree.EventsAsync(await tree.ScanAsync()));
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
        // The reader may be ahead of what is recorded.
        await tree.UntilAsync(
            $"select count(*) = 50 from scanner.scan_candidates where scan_id = {scan} and kind = 'disappeared'");

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
    public async Task What_appeared_before_a_scan_was_cancelled_waits_for_the_one_that_sees_where_it_came_from()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.Move(tree.PathOf("d000"), tree.PathOf("aa"));
        tree.Write("ab", "here for a while");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            TakeoverTests.MakeHuge(tree.PathOf("b-huge"));
            var broken = await tree.QueueAsync();
            await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {broken}");
            await tree.UntilAsync($"""
                select count(*) = 51 from scanner.scan_candidates c join scheduler.scans s on s.id = c.scan_id
                where c.kind = 'appeared' and s.target_id = {tree.TargetId}
                """);
            await WishAsync(broken, "'cancel'");
            await tree.EndOfAsync(broken, "cancelled");
            Assert.Empty(await tree.EventsAsync(broken));
            File.Delete(tree.PathOf("b-huge"));
            Assert.Equal("101 51 6416 3216", await CountedAsync());
        }

        File.Delete(tree.PathOf("ab"));
        tree.FlipHidden("aa/f000007.bin");
        var scan = await tree.ScanAsync();

        Assert.Equal("50 0 3200 0", await CountedAsync());
        Assert.Equal("50 3200", await database.ScalarAsync<string>(
            $"select concat_ws(' ', files_before, bytes_before) from scheduler.scans where id = {scan}"));

        var events = await tree.EventsAsync(scan);
        Assert.Equal(50, events.Count(e => e.StartsWith("moved d000/", StringComparison.Ordinal)));
        Assert.Equal(
            ["tampered aa/f000007.bin"],
            events.Where(e => !e.StartsWith("moved ", StringComparison.Ordinal)));
        Assert.Equal(["aa/f000007.bin 5 t"], await database.ListAsync($"""
            select concat_ws(' ', path, state, observed_checksum <> checksum) from scanner.files
            where target_id = {tree.TargetId} and state <> 1 order by path
            """));
        Assert.Equal("0 0 50 1 f", await database.ScalarAsync<string>($"""
            select concat_ws(' ', files_added, files_deleted, files_moved, files_tampered, large_change)
            from scheduler.scans where id = {scan}
            """));
        await tree.AssertCountsAgreeAsync();
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));

        Task<string?> CountedAsync() => database.ScalarAsync<string>($"""
            select concat_ws(' ', files_present, files_waiting, bytes_present, bytes_waiting)
            from scanner.target_states where target_id = {tree.TargetId}
            """);
    }

    [Fact]
    public async Task A_file_that_moved_on_before_its_first_move_was_told_keeps_its_row_all_the_same()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        tree.Write("zz", "the only content");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var id = await IdOfAsync("zz");
        File.Move(tree.PathOf("zz"), tree.PathOf("aa"));
        TakeoverTests.MakeHuge(tree.PathOf("b-huge"));
        var broken = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {broken}");
        await tree.UntilAsync($"select exists (select from scanner.scan_candidates where scan_id = {broken})");
        await WishAsync(broken, "'cancel'");
        await tree.EndOfAsync(broken, "cancelled");
        File.Delete(tree.PathOf("b-huge"));
        File.Move(tree.PathOf("aa"), tree.PathOf("bb"));

        var scan = await tree.ScanAsync();

        Assert.Equal(["moved zz -> bb"], await tree.EventsAsync(scan));
        Assert.Equal(id, await IdOfAsync("bb"));
        await tree.AssertCountsAgreeAsync();

        Task<long> IdOfAsync(string path) => database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {tree.TargetId} and path = '{path}'");
    }

    [Fact]
    public async Task Files_moved_and_moved_back_around_a_scan_that_was_cancelled_are_nothing_to_tell()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        await tree.SetTargetAsync("large_change_count = 1");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.Move(tree.PathOf("d000"), tree.PathOf("aa"));
        await CancelInTheMiddleAsync(tree, 50);
        Directory.Move(tree.PathOf("aa"), tree.PathOf("d000"));

        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));

        Assert.DoesNotContain("large_change.detected", await tree.TargetEventsAsync());
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_first_scan_that_was_cancelled_leaves_nothing_to_compare_the_next_one_with()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await CancelInTheMiddleAsync(tree, 50, "z-huge");
        Directory.Move(tree.PathOf("d000"), tree.PathOf("e"));

        var scan = await tree.ScanAsync();

        Assert.Empty(await tree.EventsAsync(scan));
        Assert.Equal("t 0 0", await database.ScalarAsync<string>($"""
            select concat_ws(' ', is_baseline, files_deleted, files_added) from scheduler.scans where id = {scan}
            """));
        Assert.Equal(50, await database.ScalarAsync<long>(
            $"select count(*) from scanner.files where target_id = {tree.TargetId}"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Between_a_first_scan_that_was_cancelled_and_the_next_an_edit_is_no_news_and_damage_is()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        await tree.SetTargetAsync("""options = '{"reportTouched": true}'""");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await CancelInTheMiddleAsync(tree, 50, "z-huge");
        var (edited, touched, moded, damaged, rotten) = (
            WatchedTree.NameOf(1), WatchedTree.NameOf(2), WatchedTree.NameOf(3), WatchedTree.NameOf(4), WatchedTree.NameOf(5));
        var good = await File.ReadAllBytesAsync(tree.PathOf(damaged));
        tree.Write(edited, "edited");
        File.SetLastWriteTimeUtc(tree.PathOf(touched), new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc));
        File.SetUnixFileMode(tree.PathOf(moded), UnixFileMode.UserRead);
        tree.FlipHidden(damaged);
        await tree.RotAsync(rotten);
        TakeoverTests.MakeHuge(tree.PathOf("z-huge"));
        var second = await tree.QueueAsync("full");
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {second}");
        await tree.UntilAsync($"""
            select count(*) = 2 from scanner.files where target_id = {tree.TargetId} and state in (3, 5)
            """);
        await WishAsync(second, "'cancel'");
        await tree.EndOfAsync(second, "cancelled");
        File.Delete(tree.PathOf("z-huge"));
        tree.Write(rotten, "edited after it was told");
        await File.WriteAllBytesAsync(tree.PathOf(damaged), good);

        var third = await tree.ScanAsync();

        Assert.Equal([$"tampered {damaged}", $"corrupted {rotten}"], await tree.EventsAsync(second));
        Assert.Equal([$"restored {damaged}", $"modified {rotten}"], await tree.EventsAsync(third));
        Assert.Equal("t 1 1 0", await database.ScalarAsync<string>($"""
            select concat_ws(' ', is_baseline, files_modified, files_restored, files_added)
            from scheduler.scans where id = {third}
            """));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
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
    public async Task A_year_whose_events_lie_in_the_default_partition_stops_no_scan()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        await database.ExecuteAsync($"""
            insert into scanner.change_events (detected_at, target_id, file_id, path, type)
            values ('2199-01-15', {tree.TargetId}, 1, 'early', 'added')
            """);

        await database.ExecuteAsync("select scanner.ensure_change_partitions('2199-12-01', 2)");

        Assert.Equal("f t", await database.ScalarAsync<string>("""
            select concat_ws(' ', to_regclass('scanner.change_events_2199') is not null,
                to_regclass('scanner.change_events_2200') is not null)
            """));
    }

    private Task WishAsync(long scan, string control) => database.ExecuteAsync(
        $"update scheduler.scans set control = {control} where id = {scan}; notify fixity_scan_queued, '{scan}'");

    /// <summary>Has a scan cancelled while it reads a file that takes long, with so many new rows written before it.</summary>
    private async Task CancelInTheMiddleAsync(WatchedTree tree, int newFiles, string huge = "b-huge")
    {
        var before = await RowsAsync();
        TakeoverTests.MakeHuge(tree.PathOf(huge));
        var broken = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {broken}");
        await tree.UntilAsync($"""
            select count(*) = {before + newFiles} from scanner.files where target_id = {tree.TargetId}
            """);
        await WishAsync(broken, "'cancel'");
        await tree.EndOfAsync(broken, "cancelled");
        File.Delete(tree.PathOf(huge));

        Task<long> RowsAsync() => database.ScalarAsync<long>(
            $"select count(*) from scanner.files where target_id = {tree.TargetId}");
    }
}
