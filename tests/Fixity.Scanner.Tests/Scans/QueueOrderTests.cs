using Fixity.Scanner.Scans;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Which scan begins next, and when none may.</summary>
public sealed class QueueOrderTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    public Task InitializeAsync() => database.ExecuteAsync("""
        delete from scheduler.settings;
        update scheduler.scan_segments set status = 'cancelled', lease_until = null where status in ('queued', 'running', 'paused');
        update scheduler.scans set status = 'cancelled', ended_at = now() where ended_at is null;
        """);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_has_begun_comes_first_then_what_a_person_waits_for_then_the_longest_unscanned()
    {
        await using var one = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var other = await ScannerProcess.StartAsync(database, isWorking: false);
        var begun = await QueueAsync();
        await database.ExecuteAsync($"insert into scheduler.scan_segments (scan_id, ordinal, range_from) values ({begun}, 1, 'm')");
        Assert.Equal(begun, await ClaimAsync(one));
        var recent = await QueueAsync(endedAgo: "1 hour");
        var never = await QueueAsync();
        var longAgo = await QueueAsync(endedAgo: "3 days");
        var asked = await QueueAsync(endedAgo: "1 minute", priority: 10);

        var order = new List<long?>();
        for (var i = 0; i < 6; i++)
        {
            order.Add(await ClaimAsync(other));
        }

        Assert.Equal([begun, asked, never, longAgo, recent, null], order);
    }

    [Fact]
    public async Task Nothing_begins_before_its_time_in_a_blackout_or_of_a_target_that_is_switched_off()
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var early = await QueueAsync();
        await database.ExecuteAsync($"update scheduler.scans set not_before = now() + interval '1 h' where id = {early}");
        var dark = await QueueAsync();
        await OfTargetAsync(dark, "blackout_from = now() - interval '1 s', blackout_until = now() + interval '1 h'");
        var off = await QueueAsync();
        await OfTargetAsync(off, "enabled = false");

        Assert.Null(await ClaimAsync(scanner));

        await database.ExecuteAsync($"update scheduler.scans set not_before = now() - interval '1 s' where id = {early}");
        Assert.Equal(early, await ClaimAsync(scanner));
        await OfTargetAsync(dark, "blackout_until = now()");
        Assert.Equal(dark, await ClaimAsync(scanner));
        Assert.Null(await ClaimAsync(scanner));
    }

    [Fact]
    public async Task However_many_scanners_ask_together_no_more_scans_run_than_the_limits_allow()
    {
        var scanners = new List<ScannerProcess>();
        for (var i = 0; i < 8; i++)
        {
            scanners.Add(await ScannerProcess.StartAsync(database, isWorking: false));
        }

        for (var i = 0; i < 10; i++)
        {
            await OfTargetAsync(await QueueAsync(), i < 6 ? "server_key = 'smb://nas:445'" : "server_key = null");
        }

        await SetAsync("max_active_scans", "5");
        var claims = await Task.WhenAll(scanners.Select(scanner => Task.Run(() => ClaimAsync(scanner))));

        Assert.Equal(5, claims.Count(claim => claim is not null));
        Assert.Equal(["null 3", "smb://nas:445 2"], await database.ListAsync("""
            select coalesce(t.server_key, 'null') || ' ' || count(*) from scheduler.scans s
            join scheduler.targets t on t.id = s.target_id where s.status = 'running' group by t.server_key order by 1
            """));
        await SetAsync("max_active_scans", "6");
        Assert.NotNull(await ClaimAsync(scanners[0]));
        Assert.Null(await ClaimAsync(scanners[1]));
        foreach (var scanner in scanners)
        {
            await scanner.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("enabled = false")]
    [InlineData("deleted_at = now()")]
    public async Task A_scan_whose_target_goes_away_while_it_waits_fails_and_says_so(string change)
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        var scan = await tree.QueueAsync();
        await tree.SetTargetAsync(change);
        await using var scanner = await ScannerProcess.StartAsync(database);

        await tree.EndOfAsync(scan, "failed: target_removed The target was deleted or switched off before the scan began.");

        Assert.Equal(["scan.failed"], await tree.TargetEventsAsync());
    }

    [Fact]
    public async Task A_scanner_says_that_it_is_there_until_it_ends()
    {
        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            var name = scanner.Services.GetRequiredService<ScannerOwner>().Name;
            using var tree = await WatchedTree.CreateAsync(database, 0);
            await tree.UntilAsync($"select exists (select from scanner.replicas where name = '{name}' and slots = 2)");
        }

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from scanner.replicas"));
    }

    private static async Task<long?> ClaimAsync(ScannerProcess scanner) =>
        (await scanner.Services.GetRequiredService<ScanQueue>().TryClaimAsync(Lease, CancellationToken.None))?.ScanId;

    private Task OfTargetAsync(long scan, string assignments) => database.ExecuteAsync(
        $"update scheduler.targets t set {assignments} from scheduler.scans s where s.id = {scan} and t.id = s.target_id");

    private Task SetAsync(string key, string value) => database.ExecuteAsync($"""
        insert into scheduler.settings (key, value) values ('{key}', '{value}')
        on conflict (key) do update set value = excluded.value
        """);

    private async Task<long> QueueAsync(string? endedAgo = null, int priority = 0)
    {
        var target = await database.AddTargetAsync();
        if (endedAgo is not null)
        {
            var ended = await database.AddScanAsync(target);
            await database.ExecuteAsync($"""
                update scheduler.scans set status = 'completed', ended_at = now() - interval '{endedAgo}' where id = {ended};
                update scheduler.scan_segments set status = 'completed' where scan_id = {ended};
                """);
        }

        var scan = await database.AddScanAsync(target);
        await database.ExecuteAsync($"update scheduler.scans set priority = {priority} where id = {scan}");
        return scan;
    }
}
