using System.Diagnostics;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class TakeoverTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Files = 4_000;

    [Fact]
    public async Task A_scan_whose_scanner_is_killed_again_and_again_ends_as_if_nothing_had_happened()
    {
        using var tree = await WatchedTree.CreateAsync(database, Files);
        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            await tree.ScanAsync();
        }

        var expected = Disturb(tree);
        await tree.SetTargetAsync("batch_size = 20, workers = 1");
        var scan = await tree.QueueAsync("full");
        for (var kill = 0; kill < 3; kill++)
        {
            var before = await database.ScalarAsync<long>(LastSegment("batches", tree));
            using var process = StartProcess();
            await tree.UntilAsync(LastSegment($"batches > {before + 1} or status not in ('queued', 'running')", tree));
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal("running", await database.ScalarAsync<string>(LastSegment("status", tree)));
        await using var successor = await ScannerProcess.StartAsync(database);
        var last = await tree.EndOfAsync(scan);

        Assert.Equal(expected, await tree.EventsAsync(last));
        Assert.Equal(
            ["manual partial scanner_lost t", "resume partial scanner_lost t", "resume partial scanner_lost t", $"resume completed t {Files}"],
            await database.ListAsync($"""
                select concat_ws(' ', s.trigger, s.status, s.reason, s.resumed_from is not distinct from lag(s.id) over (order by s.id),
                    case when s.status = 'completed' then s.files_seen end)
                from scheduler.scans s where s.id = any (scheduler.chain_of({last})) order by s.id
                """));
        Assert.Equal(["scan.completed", "scan.completed"], await tree.TargetEventsAsync());
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_scanner_that_ends_gives_its_lease_back_and_another_goes_on_at_once()
    {
        using var tree = await WatchedTree.CreateAsync(database, 50);
        MakeHuge(tree.PathOf("zz-huge"));
        long scan;
        await using (var first = await ScannerProcess.StartAsync(database, lease: TimeSpan.FromMinutes(10)))
        {
            scan = await tree.QueueAsync();
            await tree.UntilAsync($"select files_hashed = 50 from scheduler.scans where id = {scan}");
        }

        Assert.Equal("queued", await database.ScalarAsync<string>(
            $"select status from scheduler.scan_segments where scan_id = {scan}"));
        File.Delete(tree.PathOf("zz-huge"));
        await using var second = await ScannerProcess.StartAsync(database);
        await tree.EndOfAsync(scan);

        Assert.Equal("t 50", await database.ScalarAsync<string>(
            $"select concat_ws(' ', is_baseline, files_hashed) from scheduler.scans where id = {scan}"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task Two_scanners_share_the_segments_of_one_scan_and_find_a_file_that_moved_between_them()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1_000);
        await using var one = await ScannerProcess.StartAsync(database);
        await using var other = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        File.Move(tree.PathOf(WatchedTree.NameOf(1)), tree.PathOf(Path.Combine("d019", "moved.bin")));
        File.Delete(tree.PathOf(WatchedTree.NameOf(500)));

        var scan = await database.ScalarAsync<long>($"""
            with scan as (
                insert into scheduler.scans (target_id, trigger, mode) values ({tree.TargetId}, 'manual', 'full') returning id
            ), segments as (
                insert into scheduler.scan_segments (scan_id, ordinal, range_from, range_to)
                select id, ordinal, range_from, range_to from scan, (values
                    (0, '', 'd005'), (1, 'd005', 'd010'), (2, 'd010', 'd015'), (3, 'd015', null)) as s (ordinal, range_from, range_to)
            )
            select id from scan
            """);
        await tree.EndOfAsync(scan);

        Assert.Equal(
            [$"deleted {WatchedTree.NameOf(500)}", $"moved {WatchedTree.NameOf(1)} -> d019/moved.bin"],
            await tree.EventsAsync(scan));
        Assert.Equal("999", await database.ScalarAsync<string>(
            $"select files_seen::text from scheduler.scans where id = {scan}"));
        Assert.Equal(2, (await tree.TargetEventsAsync()).Count(e => e == "scan.completed"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_database_that_throws_everybody_out_costs_no_finding_and_marks_nothing()
    {
        using var tree = await WatchedTree.CreateAsync(database, 2_000);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var expected = Disturb(tree);
        await tree.SetTargetAsync("batch_size = 10, workers = 1");

        var scan = await tree.QueueAsync("full");
        var thrown = 0L;
        while (await database.ScalarAsync<bool>(
            $"select exists (select from scheduler.scans where target_id = {tree.TargetId} and ended_at is null)"))
        {
            thrown += await database.ScalarAsync<long>("""
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and application_name = 'fixity_scanner'
                """);
            await Task.Delay(150);
        }

        Assert.True(thrown > 3, $"only {thrown} connections were there to be ended");
        scan = await tree.EndOfAsync(scan);
        Assert.Equal(expected, await tree.EventsAsync(scan));
        Assert.Equal("0", await database.ScalarAsync<string>(
            $"select errors_count::text from scheduler.scans where id = {scan}"));
        await tree.AssertCountsAgreeAsync();
    }

    /// <summary>A file that takes hours to read and no space: a hole.</summary>
    internal static void MakeHuge(string path)
    {
        using var file = File.Create(path);
        file.SetLength(1L << 40);
    }

    /// <returns>The events that a scan must find, in path order.</returns>
    private static List<string> Disturb(WatchedTree tree)
    {
        var events = new List<(string Path, string Event)>();
        for (var i = 0; i < 1_900; i += 10)
        {
            var name = WatchedTree.NameOf(i);
            switch (i / 10 % 5)
            {
                case 0:
                    tree.Write(name, $"edited {i}");
                    events.Add((name, $"modified {name}"));
                    break;
                case 1:
                    File.Delete(tree.PathOf(name));
                    events.Add((name, $"deleted {name}"));
                    break;
                case 2:
                    tree.FlipHidden(name);
                    events.Add((name, $"tampered {name}"));
                    break;
                case 3:
                    File.Move(tree.PathOf(name), tree.PathOf($"moved-{i:d6}"));
                    events.Add(($"moved-{i:d6}", $"moved {name} -> moved-{i:d6}"));
                    break;
                default:
                    tree.Write(name + ".new", $"new {i}");
                    events.Add((name + ".new", $"added {name}.new"));
                    break;
            }
        }

        return [.. events.OrderBy(e => e.Path, StringComparer.Ordinal).Select(e => e.Event)];
    }

    private static string LastSegment(string expression, WatchedTree tree) => $"""
        select {expression} from scheduler.scan_segments
        where scan_id = (select max(id) from scheduler.scans where target_id = {tree.TargetId})
        """;

    private Process StartProcess()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ScannerOptions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__fixitydb"] = database.ConnectionString;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Scanner__Lease"] = "00:00:02";
        start.Environment["Scanner__RenewInterval"] = "00:00:00.5";
        start.Environment["Scanner__PollInterval"] = "00:00:00.2";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
