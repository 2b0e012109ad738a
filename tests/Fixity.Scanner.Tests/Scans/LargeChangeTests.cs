using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>A change of so much that somebody must look at it as a whole, said once and together with what caused it.</summary>
[Trait("Scenario", "A2")]
public sealed class LargeChangeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task The_last_files_of_a_target_are_a_hundred_percent_of_what_was_there_before()
    {
        using var tree = await WatchedTree.CreateAsync(database, 345);
        await tree.SetTargetAsync("large_change_percent = 5");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Delete(tree, 0, 331);
        var first = await tree.ScanAsync();
        Delete(tree, 331, 345);

        var second = await tree.ScanAsync();

        Assert.Equal("331 t percent 95.9", await OfAsync(first));
        Assert.Equal("14 t percent 100.0", await OfAsync(second));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task Few_files_of_many_bytes_are_large_by_their_bytes()
    {
        using var tree = await WatchedTree.CreateAsync(database, 200);
        for (var i = 0; i < 3; i++)
        {
            await using var sparse = File.Create(tree.PathOf($"d000/sparse{i}"));
            sparse.SetLength(4 << 20);
        }

        await tree.SetTargetAsync($"large_change_count = 1000, large_change_percent = 5, large_change_bytes = {12 << 20}");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        for (var i = 0; i < 3; i++)
        {
            File.Delete(tree.PathOf($"d000/sparse{i}"));
        }

        Assert.Equal($"3 t bytes {12 << 20}.0", await OfAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task The_number_of_files_counts_by_itself_and_those_that_moved_do_not()
    {
        using var tree = await WatchedTree.CreateAsync(database, 100);
        await tree.SetTargetAsync("large_change_count = 10, large_change_percent = null");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Delete(tree, 0, 9);
        Directory.Move(tree.PathOf("d001"), tree.PathOf("moved"));

        Assert.Equal("9 f", await OfAsync(await tree.ScanAsync()));
        Delete(tree, 9, 19);
        Assert.Equal("10 t count 10.0", await OfAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task Files_that_were_tampered_with_or_rotted_count_and_the_end_of_the_scan_says_how_many()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await tree.SetTargetAsync("large_change_count = 10");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        for (var i = 0; i < 9; i++)
        {
            tree.FlipHidden(WatchedTree.NameOf(i));
        }

        await tree.RotAsync(WatchedTree.NameOf(9));

        var scan = await tree.ScanAsync("full");

        Assert.Equal("0 t count 10.0", await OfAsync(scan));
        Assert.Equal(["large_change.detected 1 9 0 0", "scan.completed 1 9 0 0"], await database.ListAsync($"""
            select concat_ws(' ', type, details ->> 'filesCorrupted', details ->> 'filesTampered',
                details ->> 'filesRestored', details ->> 'filesExcluded')
            from scanner.target_events where scan_id = {scan} order by id
            """));
    }

    [Fact]
    public async Task Without_thresholds_nothing_is_large()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await tree.SetTargetAsync("large_change_count = null, large_change_percent = null, large_change_bytes = null");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Delete(tree, 0, 60);

        Assert.Equal("60 f", await OfAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task It_is_said_in_the_transaction_of_the_changes_that_it_is_about()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await tree.SetTargetAsync("large_change_percent = 5");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Delete(tree, 0, 60);

        var scan = await tree.ScanAsync();

        Assert.Equal("1 60", await database.ScalarAsync<string>($"""
            select count(distinct t.transaction_id) || ' ' || count(*)
            from scanner.target_events t join scanner.change_events e using (scan_id, transaction_id)
            where t.scan_id = {scan} and t.type = 'large_change.detected' and e.type = 'deleted'
            """));
    }

    private static void Delete(WatchedTree tree, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            File.Delete(tree.PathOf(WatchedTree.NameOf(i)));
        }
    }

    private Task<string?> OfAsync(long scan) => database.ScalarAsync<string>($"""
        select concat_ws(' ', files_deleted, large_change, large_change_reason, (
            select round((details ->> 'measured')::numeric, 1) from scanner.target_events e
            where e.scan_id = s.id and type = 'large_change.detected'))
        from scheduler.scans s where id = {scan}
        """);
}
