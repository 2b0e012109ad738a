using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Fixity.Scanner.Scans;
using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>A scan whose scanners all died goes on as another, and the two are one run.</summary>
[Trait("Scenario", "A6")]
public sealed partial class LostScansTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    public Task InitializeAsync() => database.ExecuteAsync("""
        update scheduler.scan_segments set status = 'cancelled', lease_until = null where status in ('queued', 'running', 'paused');
        update scheduler.scans set status = 'cancelled', ended_at = now() where ended_at is null
        """);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_killed_scanner_s_scan_goes_on_within_two_leases_and_what_both_found_is_judged_as_one()
    {
        var lease = TimeSpan.FromSeconds(15);
        using var tree = await WatchedTree.CreateAsync(database, 100);
        await tree.SetTargetAsync("large_change_count = 24, workers = 1");
        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            await tree.ScanAsync();
        }

        for (var i = 0; i < 12; i++)
        {
            tree.Write(WatchedTree.NameOf(i), "edited");
            tree.Write(WatchedTree.NameOf(50 + i), "edited");
        }

        TakeoverTests.MakeHuge(tree.PathOf("d000/zz-huge"));
        using var victim = await RealScanner.StartAsync(database, lease);
        var scan = await tree.QueueAsync("full");
        await tree.UntilAsync($"select files_modified = 12 and files_seen >= 50 from scheduler.scans where id = {scan}");
        using var successor = await RealScanner.StartAsync(database, lease);
        await victim.KillAsync();
        var since = Stopwatch.GetTimestamp();
        File.Delete(tree.PathOf("d000/zz-huge"));
        await tree.UntilAsync($"select exists (select from scheduler.scans where resumed_from = {scan} and status <> 'queued')");
        var waited = Stopwatch.GetElapsedTime(since);

        var last = await tree.EndOfAsync(scan);

        Assert.True(waited < 2 * lease, $"it took {waited}");
        Assert.Equal(
            [
                $"{scan} manual 0 t partial scanner_lost 12 f",
                $"{last} resume 5 t completed 24 t count",
            ],
            await database.ListAsync($"""
                select concat_ws(' ', id, trigger, priority, mode = 'full', status, reason, files_modified, large_change, large_change_reason)
                from scheduler.scans where target_id = {tree.TargetId} and mode = 'full' order by id
                """));
        Assert.True(await database.ScalarAsync<bool>($"""
            select n.resumed_from = o.id and n.started_at = o.started_at and n.files_before = o.files_before
                and n.requested_at = o.requested_at and n.files_seen = 100 and n.files_added = 0
            from scheduler.scans n join scheduler.scans o on o.id = {scan} where n.id = {last}
            """));
        Assert.Equal("12 12", await database.ScalarAsync<string>($"""
            select count(*) filter (where scan_id = {scan}) || ' ' || count(*) filter (where scan_id = {last})
            from scanner.change_events where target_id = {tree.TargetId}
            """));
        Assert.Equal([$"large_change.detected {last} 24", $"scan.completed {last}"], await database.ListAsync($"""
            select concat_ws(' ', type, scan_id, (details ->> 'measured')::float) from scanner.target_events
            where target_id = {tree.TargetId} and (details ->> 'resumedFrom')::bigint = {scan} order by id
            """));
        Assert.Equal(["scan.completed", "large_change.detected", "scan.completed"], await tree.TargetEventsAsync());
        await AssertNoneRunsWithoutALeaseAsync();
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_first_scan_that_is_lost_is_still_the_first_one_where_it_goes_on()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        TakeoverTests.MakeHuge(tree.PathOf("d000/zz-huge"));
        using var victim = await RealScanner.StartAsync(database);
        var scan = await tree.QueueAsync();
        await tree.UntilAsync($"select files_hashed = 50 from scheduler.scans where id = {scan}");
        await victim.KillAsync();
        File.Delete(tree.PathOf("d000/zz-huge"));
        await using var successor = await ScannerProcess.StartAsync(database);

        var last = await tree.EndOfAsync(scan);

        Assert.Equal("t 60 60", await database.ScalarAsync<string>(
            $"select concat_ws(' ', is_baseline, files_seen, files_hashed) from scheduler.scans where id = {last}"));
        Assert.Empty(await tree.EventsAsync(last));
        Assert.Equal(["scan.completed"], await tree.TargetEventsAsync());
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task Everything_that_was_found_out_goes_over_and_what_was_finished_stays_finished()
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var target = await database.AddTargetAsync();
        var scan = await NewScanAsync(target, segments: 3);
        await ClaimAsync(scanner);
        await database.ExecuteAsync($"""
            update scheduler.scans set files_seen = 70, files_added = 1, files_deleted = 2, files_corrupted = 3, errors_count = 1,
                current_path = 'n/x', requested_by = 'ada', traceparent = '00-a-b-01', attempt = 2 where id = {scan};
            update scheduler.scan_segments set status = 'completed', lease_until = null, batches = 4, checkpoint = 'a'
                where scan_id = {scan} and ordinal = 0;
            update scheduler.scan_segments set status = 'running', lease_owner = 'gone', lease_until = now() - interval '1 s',
                fencing_token = 5, batches = 3, checkpoint = 'b/7' where scan_id = {scan} and ordinal = 1;
            insert into scanner.scan_candidates (scan_id, file_id, kind) values ({scan}, 1, 'appeared'), ({scan}, 2, 'disappeared');
            insert into scanner.scan_verifications (scan_id, due_until, due_hash, files_due) values ({scan}, '2026-01-01Z', 77, 9);
            insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause) values ({target}, 'x/', {scan}, 'denied');
            insert into scanner.scan_errors (scan_id, path, kind, message) values ({scan}, 'x', 'directory_unreadable', 'no')
            """);

        var resumed = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => Lost(scanner).TryResumeAsync(scan, CancellationToken.None))));

        Assert.Single(resumed, did => did);
        var next = await database.ScalarAsync<long>($"select id from scheduler.scans where resumed_from = {scan}");
        Assert.Equal(
            [$"{scan} partial t 70 0 0 3", $"{next} queued f 70 1 2 3"],
            await database.ListAsync($"""
                select concat_ws(' ', id, status, ended_at is not null, files_seen, files_added, files_deleted, files_corrupted)
                from scheduler.scans where target_id = {target} order by id
                """));
        Assert.Equal("resume 5 ada 00-a-b-01 2 1 n/x t", await database.ScalarAsync<string>($"""
            select concat_ws(' ', trigger, priority, requested_by, traceparent, attempt, errors_count, current_path,
                started_at is not null) from scheduler.scans where id = {next}
            """));
        Assert.Equal(
            ["0  b completed a 4", "1 b d queued b/7 3", "2 d  queued  0"],
            await database.ListAsync($"""
                select concat(ordinal, ' ', range_from, ' ', range_to, ' ', status, ' ', checkpoint, ' ', batches)
                from scheduler.scan_segments where scan_id = {next} order by ordinal
                """));
        Assert.Equal(["completed 1 f", "partial 6 f", "partial 1 f"], await database.ListAsync($"""
            select concat_ws(' ', status, fencing_token, lease_until is not null)
            from scheduler.scan_segments where scan_id = {scan} order by ordinal
            """));
        Assert.Equal([$"{next} 1 appeared", $"{next} 2 disappeared"], await database.ListAsync(
            $"select concat_ws(' ', scan_id, file_id, kind) from scanner.scan_candidates where scan_id in ({scan}, {next}) order by 1"));
        Assert.Equal([$"{next} 77 9 {scan}"], await database.ListAsync(
            $"select concat_ws(' ', scan_id, due_hash, files_due, seed) from scanner.scan_verifications where scan_id in ({scan}, {next})"));
        Assert.Equal([$"x/ {next}"], await database.ListAsync(
            $"select prefix || ' ' || scan_id from scanner.unknown_ranges where target_id = {target}"));
        Assert.Equal([$"{scan} x", $"{next} x"], await database.ListAsync(
            $"select scan_id || ' ' || path from scanner.scan_errors where scan_id in ({scan}, {next}) order by scan_id"));
        Assert.Equal(0, await database.ScalarAsync<long>($"select count(*) from scanner.target_events where target_id = {target}"));
    }

    [Fact]
    public async Task While_another_owner_lives_a_dead_one_s_segment_is_taken_over_within_the_scan()
    {
        var takeovers = 0L;
        using var listener = Listen("fixity.lease.takeovers", count => Interlocked.Add(ref takeovers, count));
        await using var one = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var other = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var third = await ScannerProcess.StartAsync(database, isWorking: false);
        var scan = await NewScanAsync(await database.AddTargetAsync(), segments: 3);
        var (live, dead) = (await ClaimAsync(one), await ClaimAsync(other));
        await ExpireAsync(scan, dead!.Ordinal);

        Assert.Empty(await Lost(third).FindAsync(CancellationToken.None));
        Assert.False(await Lost(third).TryResumeAsync(scan, CancellationToken.None));
        var taken = await ClaimAsync(third);
        Assert.Equal((scan, 1, 2L), (taken!.ScanId, taken.Ordinal, taken.FencingToken));
        Assert.Equal(1, takeovers);

        await ExpireAsync(scan, live!.Ordinal);
        await ExpireAsync(scan, taken.Ordinal);
        // The third segment waits, and is left to the scan that goes on.
        Assert.Null(await ClaimAsync(other));
        Assert.Equal([scan], await Lost(third).FindAsync(CancellationToken.None));
        Assert.True(await Lost(third).TryResumeAsync(scan, CancellationToken.None));
        Assert.Equal(3, takeovers);
        var next = await ClaimAsync(other);
        Assert.Equal(scan, await database.ScalarAsync<long>($"select resumed_from from scheduler.scans where id = {next!.ScanId}"));
        Assert.False(await third.Services.GetRequiredService<ScanQueue>().RenewAsync(taken, Long, CancellationToken.None));
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    public async Task A_lost_scan_that_somebody_stopped_does_not_go_on_as_another(string control)
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        await using var parts = await ScannerProcess.StartAsync(database, isWorking: false);
        var scan = await tree.QueueAsync();
        await ClaimAsync(parts);
        await ExpireAsync(scan, 0);
        await database.ExecuteAsync($"update scheduler.scans set control = '{control}' where id = {scan}");

        Assert.Empty(await Lost(parts).FindAsync(CancellationToken.None));
        Assert.False(await Lost(parts).TryResumeAsync(scan, CancellationToken.None));
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.UntilAsync($"select status in ('paused', 'cancelled') from scheduler.scans where id = {scan}");
        await database.ExecuteAsync($"update scheduler.scans set control = null where id = {scan} and status = 'paused'");

        Assert.Equal(scan, await tree.EndOfAsync(scan, control == "pause" ? "completed" : "cancelled"));
    }

    [Fact]
    public async Task The_same_files_are_due_where_a_scan_goes_on()
    {
        using var tree = await WatchedTree.CreateAsync(database, 100);
        await tree.SetTargetAsync("sample_percent = 30, workers = 1");
        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            await tree.ScanAsync();
        }

        // All verified in one batch: the plan alone tells them apart.
        await database.ExecuteAsync($"update scanner.files set verified_at = now() where target_id = {tree.TargetId}");
        TakeoverTests.MakeHuge(tree.PathOf("d000/zz-huge"));
        long scan;
        using (var victim = await RealScanner.StartAsync(database))
        {
            scan = await tree.QueueAsync();
            await tree.UntilAsync($"select files_seen >= 50 from scheduler.scans where id = {scan}");
            await victim.KillAsync();
        }

        File.Delete(tree.PathOf("d000/zz-huge"));
        await using var successor = await ScannerProcess.StartAsync(database);
        var last = await tree.EndOfAsync(scan);

        Assert.Equal("30", await database.ScalarAsync<string>($"select files_verified::text from scheduler.scans where id = {last}"));
        Assert.Equal(30, await database.ScalarAsync<long>($"""
            select count(*) from scanner.files f join scheduler.scans s on s.id = {scan}
            where f.target_id = {tree.TargetId} and f.verified_at > s.started_at
            """));
    }

    [PromtoolFact]
    public async Task The_scanner_s_metrics_tell_what_hashing_takes_and_promtool_finds_no_fault()
    {
        using var tree = await WatchedTree.CreateAsync(database, 20);
        using var scanner = await RealScanner.StartAsync(database, lease: Long);
        await tree.EndOfAsync(await database.ScalarAsync<long>($"""
            with dead as (
                insert into scheduler.scans (target_id, trigger, status, started_at)
                values ({tree.TargetId}, 'manual', 'running', now()) returning id
            )
            insert into scheduler.scan_segments (scan_id, ordinal, status, lease_owner, lease_until)
            select id, 0, 'running', 'dead', now() - interval '1 s' from dead returning scan_id
            """));

        using var http = new HttpClient { BaseAddress = new Uri(Address().Match(scanner.Output).Groups[1].Value) };
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(
            ["fixity_checksum_duration_seconds_count{algorithm=\"blake3\"} 20", "fixity_lease_takeovers_total 1"],
            text.Split('\n').Where(line => line.StartsWith("fixity_checksum_duration_seconds_count", StringComparison.Ordinal)
                || line.StartsWith("fixity_lease", StringComparison.Ordinal)));
        await Promtool.CheckMetricsAsync(text);
    }

    private static LostScans Lost(ScannerProcess scanner) => scanner.Services.GetRequiredService<LostScans>();

    private static Task<SegmentClaim?> ClaimAsync(ScannerProcess scanner) =>
        scanner.Services.GetRequiredService<ScanQueue>().TryClaimAsync(Long, CancellationToken.None);

    private static MeterListener Listen(string instrument, Action<long> heard)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, self) =>
            {
                if (published.Name == instrument)
                {
                    self.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => heard(value));
        listener.Start();
        return listener;
    }

    private async Task<long> NewScanAsync(int target, int segments)
    {
        var scan = await database.AddScanAsync(target);
        await database.ExecuteAsync($"""
            update scheduler.scan_segments set range_to = 'b' where scan_id = {scan};
            insert into scheduler.scan_segments (scan_id, ordinal, range_from, range_to)
            select {scan}, i, chr(96 + 2 * i), case when i < {segments - 1} then chr(98 + 2 * i) end from generate_series(1, {segments - 1}) i
            """);
        return scan;
    }

    private Task ExpireAsync(long scan, int ordinal) => database.ExecuteAsync(
        $"update scheduler.scan_segments set lease_until = now() - interval '1 s' where scan_id = {scan} and ordinal = {ordinal}");

    private async Task AssertNoneRunsWithoutALeaseAsync() => Assert.Equal(0, await database.ScalarAsync<long>("""
        select count(*) from scheduler.scans s where s.status = 'running' and not exists (
            select from scheduler.scan_segments g where g.scan_id = s.id and g.status = 'running' and g.lease_until >= now())
        """));

    [GeneratedRegex(@"Now listening on: (http://[0-9.]+:[0-9]+)")]
    private static partial Regex Address();
}
