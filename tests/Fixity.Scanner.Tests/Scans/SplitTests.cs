using System.Text.RegularExpressions;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Scans;

public sealed partial class SplitTests(SplitTree shared) : IClassFixture<SplitTree>
{
    private TestDatabase Database => shared.Database;

    [Fact]
    public async Task An_idle_scanner_takes_over_part_of_what_another_has_ahead_and_together_they_find_the_same()
    {
        var twins = shared.Twins;
        var control = await shared.DisturbAsync();
        using var one = await StartAsync();
        using var other = await StartAsync();

        var scan = await twins.Tree.QueueAsync("full");
        await twins.Tree.EndOfAsync(scan);

        Assert.All([one, other], s => Assert.Contains($"Scan {scan} of target", s.Output, StringComparison.Ordinal));
        await AssertRangesMeetAsync(scan);
        await twins.AssertEqualAsync(control, scan);
    }

    [Fact]
    public async Task A_first_scan_is_shared_too_although_nobody_knows_what_lies_ahead()
    {
        var target = await Database.AddTargetAsync(shared.Twins.Tree.Root);
        await Database.ExecuteAsync($"update scheduler.targets set workers = 2, options = '{SplitTree.Slow}' where id = {target}");
        using var one = await StartAsync();
        using var other = await StartAsync();

        var scan = await Database.AddScanAsync(target);
        await shared.Twins.Tree.EndOfAsync(scan);

        Assert.All([one, other], s => Assert.Contains($"Scan {scan} of target", s.Output, StringComparison.Ordinal));
        await AssertRangesMeetAsync(scan);
        Assert.Equal(
            Directory.EnumerateFiles(shared.Twins.Tree.Root, "*", SearchOption.AllDirectories).Count(),
            await Database.ScalarAsync<long>($"select files_seen from scheduler.scans where id = {scan}"));
        Assert.True(await Database.ScalarAsync<bool>($"""
            select s.is_baseline and s.files_seen = t.files_present and s.files_seen = (
                select count(*) from scanner.files f where f.target_id = s.target_id and f.state = 1)
            from scheduler.scans s join scanner.target_states t using (target_id) where s.id = {scan}
            """));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_few_large_files_are_shared_although_they_are_few(bool isFirst)
    {
        const int Files = 40;
        var folder = Directory.CreateTempSubdirectory("fixity-films-").FullName;
        for (var i = 0; i < Files; i++)
        {
            // Holes: they are read like anything else, and take no room.
            await using var file = File.Create(Path.Combine(folder, $"film-{i:d3}"));
            file.SetLength(32 << 20);
        }

        var target = await Database.AddTargetAsync(folder);
        const string Slow = """{"limit": {"bytesPerSecond": 150000000}}""";
        await Database.ExecuteAsync($"update scheduler.targets set workers = 2, options = '{Slow}' where id = {target}");
        using var one = await RealScanner.StartAsync(Database, splitBytes: 100 << 20);
        if (!isFirst)
        {
            await shared.Twins.Tree.EndOfAsync(await Database.AddScanAsync(target));
        }

        using var other = await RealScanner.StartAsync(Database, splitBytes: 100 << 20);
        var scan = await Database.AddScanAsync(target, "full");
        await Database.ExecuteAsync($"notify fixity_scan_queued, '{scan}'");
        await shared.Twins.Tree.EndOfAsync(scan);

        Assert.All([one, other], s => Assert.Contains($"Scan {scan} of target", s.Output, StringComparison.Ordinal));
        await AssertRangesMeetAsync(scan);
        Assert.Equal($"{Files} {Files}", await Database.ScalarAsync<string>(
            $"select concat_ws(' ', files_seen, files_hashed) from scheduler.scans where id = {scan}"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_target_with_one_worker_has_asked_for_one_reader_and_is_not_split()
    {
        var twins = shared.Twins;
        await twins.Tree.SetTargetAsync("workers = 1");
        try
        {
            using var one = await StartAsync();
            using var other = await StartAsync();
            var scan = await twins.Tree.ScanAsync("full");

            Assert.Equal(1, await Database.ScalarAsync<long>(
                $"select count(*) from scheduler.scan_segments where scan_id = {scan}"));
        }
        finally
        {
            await twins.Tree.SetTargetAsync("workers = 2");
        }
    }

    [Theory]
    [InlineData("asked")]
    [InlineData("agreed")]
    [InlineData("recorded")]
    [InlineData("taken over")]
    public async Task An_owner_that_is_killed_at_any_point_of_a_split_changes_nothing_of_the_result(string point)
    {
        var twins = shared.Twins;
        var control = await shared.DisturbAsync();
        using var one = await StartAsync();
        using var other = await StartAsync();
        await using var gate = await Database.DataSource.OpenConnectionAsync();
        await SetGateAsync(gate, closed: point == "agreed");
        var scan = await twins.Tree.QueueAsync("full");

        var killed = await ReachAsync(scan, point);
        await (killed == one.Id ? one : other).KillAsync();
        await SetGateAsync(gate, closed: false);
        scan = await twins.Tree.EndOfAsync(scan);

        await AssertRangesMeetAsync(scan);
        await twins.AssertEqualAsync(control, scan);
    }

    private Task<RealScanner> StartAsync() => RealScanner.StartAsync(Database, splitFiles: SplitTree.SplitFiles);

    /// <returns>The process to kill: the owner of the segment that is split, or the one that took over the new one.</returns>
    private async Task<int> ReachAsync(long scan, string point)
    {
        await shared.Twins.Tree.UntilAsync(point switch
        {
            "asked" => $"select split_wanted_at is not null from scheduler.scan_segments where scan_id = {scan} and ordinal = 0",
            "agreed" => "select exists (select from pg_locks where locktype = 'advisory' and objid = 4712 and not granted)",
            "recorded" => $"select count(*) > 1 from scheduler.scan_segments where scan_id = {scan}",
            _ => $"select count(*) > 0 from scheduler.scan_segments where scan_id = {scan} and ordinal > 0 and status = 'running'",
        });
        var owner = await Database.ScalarAsync<string>($"""
            select lease_owner from scheduler.scan_segments
            where scan_id = {scan} and lease_owner is not null
            order by ordinal {(point == "taken over" ? "desc" : "")} limit 1
            """);
        return int.Parse(ProcessId().Match(owner!).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>While it is closed the transaction of a split waits before its last statement.</summary>
    private static async Task SetGateAsync(NpgsqlConnection gate, bool closed)
    {
        await using var command = new NpgsqlCommand(
            closed ? "select pg_advisory_lock(4712)" : "select pg_advisory_unlock_all()", gate);
        await command.ExecuteNonQueryAsync();
    }

    // Half-open ranges, each beginning where the one before ends: no path belongs to two, none to nobody.
    private async Task AssertRangesMeetAsync(long scan) => Assert.Equal("", await Database.ScalarAsync<string>($"""
        select coalesce(string_agg(concat_ws(' ', ordinal, range_from, range_to), ', ') filter (
            where range_from <> coalesce(previous, '')), '')
        from (select *, lag(range_to) over (order by range_from) as previous
            from scheduler.scan_segments where scan_id = {scan}) as s
        """));

    [GeneratedRegex(":([0-9]+):[0-9a-f]{4}$")]
    private static partial Regex ProcessId();
}

/// <summary>A tree large enough to be worth splitting, made and recorded once.</summary>
public sealed class SplitTree : IAsyncLifetime
{
    public const int SplitFiles = 6_000;
    private const int Files = 16_000;

    /// <summary>Options of a target that leave time to split: all of it takes five seconds.</summary>
    public const string Slow = """{"limit": {"opensPerSecond": 3000}}""";

    public TestDatabase Database { get; } = new();

    public TwinTargets Twins { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        await using var scanner = await ScannerProcess.StartAsync(Database);
        await Database.ExecuteAsync("""
            create function scheduler.wait_at_gate() returns trigger language plpgsql as $$
            begin
                perform pg_advisory_xact_lock_shared(4712);
                return new;
            end $$;
            create trigger wait_at_gate before insert on scheduler.scan_segments
                for each row when (new.ordinal > 0) execute function scheduler.wait_at_gate()
            """);
        Twins = await TwinTargets.CreateAsync(Database, Files, seed: 7, $"batch_size = 20, workers = 2, options = '{Slow}'");
    }

    /// <summary>Changes the tree and lets the control find out.</summary>
    /// <returns>The scan of the control.</returns>
    public async Task<long> DisturbAsync()
    {
        await using var scanner = await ScannerProcess.StartAsync(Database);
        Twins.Disturb(200);
        return await Twins.ScanControlAsync();
    }

    public async Task DisposeAsync()
    {
        Twins.Dispose();
        await Database.DisposeAsync();
    }
}
