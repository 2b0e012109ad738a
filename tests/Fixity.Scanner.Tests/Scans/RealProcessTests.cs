using System.Diagnostics;
using Fixity.Testing.Postgres;
using Xunit.Abstractions;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>What is promised of a running scanner, tried on its own program with the signals that the world sends.</summary>
public sealed class RealProcessTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    private const long HundredGiB = 100L << 30;

    [Fact]
    [Trait("Scenario", "A5")]
    public async Task Cancelling_in_the_middle_of_a_100_GiB_file_takes_at_most_5_s_closes_it_and_frees_the_target()
    {
        using var tree = await WatchedTree.CreateAsync(database, 20);
        MakeSparse(tree.PathOf("zz-huge"));
        using var scanner = await RealScanner.StartAsync(database, lease: TimeSpan.FromSeconds(10));
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {scan}");
        Assert.True(scanner.HasOpen(tree.PathOf("zz-huge")));

        var since = Stopwatch.GetTimestamp();
        await WishAsync(scan, "'cancel'");
        await tree.EndOfAsync(scan, "cancelled");
        var elapsed = Stopwatch.GetElapsedTime(since);

        File.Delete(tree.PathOf("zz-huge"));
        since = Stopwatch.GetTimestamp();
        var next = await tree.QueueAsync();
        await tree.UntilAsync($"select started_at is not null from scheduler.scans where id = {next}");
        var restart = Stopwatch.GetElapsedTime(since);
        await tree.EndOfAsync(next);

        output.WriteLine($"cancelled after {elapsed.TotalSeconds:F2} s, next scan started after {restart.TotalSeconds:F2} s");
        Assert.True(elapsed < TimeSpan.FromSeconds(5), $"it took {elapsed}");
        Assert.True(restart < TimeSpan.FromSeconds(1), $"the next one took {restart} to begin");
        Assert.False(scanner.HasOpen(tree.PathOf("zz-huge") + " (deleted)"));
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public async Task Pausing_stops_all_reading_within_5_s_and_resuming_repeats_no_finished_file()
    {
        using var tree = await WatchedTree.CreateAsync(database, 300, bytes: 100_000);
        MakeSparse(tree.PathOf("zz-huge"));
        using var scanner = await RealScanner.StartAsync(database, lease: TimeSpan.FromSeconds(10));
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select files_hashed = 300 from scheduler.scans where id = {scan}");

        var since = Stopwatch.GetTimestamp();
        await WishAsync(scan, "'pause'");
        await tree.UntilAsync($"select status = 'paused' from scheduler.scans where id = {scan}");
        var elapsed = Stopwatch.GetElapsedTime(since);
        Assert.False(scanner.HasOpen(tree.PathOf("zz-huge")));
        File.Delete(tree.PathOf("zz-huge"));
        var readWhenPaused = scanner.BytesRead;
        await WishAsync(scan, "null");
        await tree.EndOfAsync(scan);

        output.WriteLine($"paused after {elapsed.TotalSeconds:F2} s");
        Assert.True(elapsed < TimeSpan.FromSeconds(5), $"it took {elapsed}");
        Assert.Equal("300", await database.ScalarAsync<string>(
            $"select files_hashed::text from scheduler.scans where id = {scan}"));
        var readAgain = scanner.BytesRead - readWhenPaused;
        Assert.True(readAgain < 300 * 100_000 / 10, $"{readAgain} bytes were read after the pause");
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public async Task Told_to_end_it_commits_what_is_finished_gives_its_lease_back_and_exits_within_30_s()
    {
        using var tree = await WatchedTree.CreateAsync(database, 300);
        MakeSparse(tree.PathOf("d003/zz-huge"));
        await tree.SetTargetAsync("batch_size = 10000, workers = 1");
        using var scanner = await RealScanner.StartAsync(database, lease: TimeSpan.FromMinutes(10));
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select bytes_hashed > 100000000 from scheduler.scans where id = {scan}");

        var since = Stopwatch.GetTimestamp();
        scanner.Signal("TERM");
        await scanner.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(since);

        output.WriteLine($"exited after {elapsed.TotalSeconds:F2} s");
        Assert.Equal(0, scanner.ExitCode);
        Assert.True(elapsed < TimeSpan.FromSeconds(30), $"it took {elapsed}");
        Assert.Equal("queued 200", await database.ScalarAsync<string>($"""
            select concat_ws(' ', g.status, (select count(*) from scanner.files f where f.target_id = s.target_id))
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """));
        File.Delete(tree.PathOf("d003/zz-huge"));
        using var next = await RealScanner.StartAsync(database);
        await tree.EndOfAsync(scan);
        Assert.Equal("300 300 2", await database.ScalarAsync<string>($"""
            select concat_ws(' ', s.files_seen, s.files_hashed, g.attempt)
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """));
    }

    [Fact]
    [Trait("Scenario", "A6")]
    public async Task An_owner_that_sleeps_past_its_lease_wakes_up_to_find_its_writes_refused()
    {
        TwinTargets twins;
        long control;
        await using (var helper = await ScannerProcess.StartAsync(database))
        {
            twins = await TwinTargets.CreateAsync(database, 3_000, seed: 3, "batch_size = 10, options = '{\"limit\": {\"opensPerSecond\": 1500}}'");
            twins.Disturb(150);
            control = await twins.ScanControlAsync();
        }

        using var disposed = twins;
        using var zombie = await RealScanner.StartAsync(database);
        var scan = await twins.Tree.QueueAsync("full");
        await twins.Tree.UntilAsync($"select batches >= 5 from scheduler.scan_segments where scan_id = {scan}");
        zombie.Signal("STOP");
        using var successor = await RealScanner.StartAsync(database);
        await twins.Tree.UntilAsync($"""
            select exists (
                select from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id
                where s.resumed_from = {scan} and g.attempt = 1)
            """);
        var left = await database.ScalarAsync<string>(Left(scan));
        zombie.Signal("CONT");

        await twins.AssertEqualAsync(control, scan);
        Assert.Equal(left, await database.ScalarAsync<string>(Left(scan)));
        var since = Stopwatch.GetTimestamp();
        while (!zombie.Output.Contains("was taken over by another scanner", StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(10), zombie.Output);
            await Task.Delay(50);
        }

        // The lost scan as it was left.
        static string Left(long scan) => $"""
            select concat_ws(' ', s.status, s.reason, s.updated_at, s.files_seen, g.status, g.batches, g.checkpoint, g.fencing_token)
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """;
    }

    [Fact]
    public async Task A_scanner_at_work_stays_below_200_MiB()
    {
        using var tree = await WatchedTree.CreateAsync(database, 20_000);
        using var scanner = await RealScanner.StartAsync(database);
        await tree.ScanAsync();
        await tree.ScanAsync("full");

        output.WriteLine($"peak {scanner.PeakMemoryBytes >> 20} MiB");
        Assert.True(scanner.PeakMemoryBytes < 200L << 20, $"{scanner.PeakMemoryBytes >> 20} MiB");
    }

    private static void MakeSparse(string path)
    {
        using var file = File.Create(path);
        file.SetLength(HundredGiB);
    }

    private Task WishAsync(long scan, string control) => database.ExecuteAsync(
        $"update scheduler.scans set control = {control} where id = {scan}; notify fixity_scan_queued, '{scan}'");
}
