using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Baselines;

public sealed class VerificationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Each_scan_verifies_exactly_its_share_and_all_files_before_any_a_second_time()
    {
        using var tree = await WatchedTree.CreateAsync(database, 100);
        await tree.SetTargetAsync("sample_percent = 7");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        var verified = new HashSet<string>();
        for (var round = 1; round <= 14; round++)
        {
            var scan = await tree.ScanAsync();
            var now = await VerifiedByAsync(tree, scan);
            Assert.Equal(7, now.Count);
            verified.UnionWith(now);
            Assert.Equal(7 * round, verified.Count);
        }

        // Two are left of the first round; then the oldest of the second.
        Assert.Equal(7, (await VerifiedByAsync(tree, await tree.ScanAsync())).Count(name => !verified.Contains(name)) + 5);
    }

    [Fact]
    public async Task What_would_be_overdue_when_the_next_scan_comes_is_verified_oldest_first()
    {
        using var tree = await WatchedTree.CreateAsync(database, 40);
        await tree.SetTargetAsync("sample_percent = 10, verify_within_days = 30");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await database.ExecuteAsync($"""
            update scanner.files set verified_at = now() - interval '29 days 1 hour'
            where target_id = {tree.TargetId} and path < '{WatchedTree.NameOf(11)}'
            """);

        var scan = await tree.ScanAsync();

        Assert.Equal(
            Enumerable.Range(0, 11).Select(WatchedTree.NameOf), await VerifiedByAsync(tree, scan));
        Assert.Equal(4, (await VerifiedByAsync(tree, await tree.ScanAsync())).Count);
    }

    private Task<List<string>> VerifiedByAsync(WatchedTree tree, long scan) => database.ListAsync($"""
        select f.path from scanner.files f join scheduler.scans s on s.target_id = f.target_id
        where s.id = {scan} and s.target_id = {tree.TargetId} and f.verified_at between s.started_at and s.ended_at
        order by f.path
        """);
}
