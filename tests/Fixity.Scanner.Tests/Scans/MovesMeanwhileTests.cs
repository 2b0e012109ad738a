using System.Diagnostics;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Files that move while they are being scanned: the walk sees them twice, or not at all.</summary>
public sealed class MovesMeanwhileTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Files = 12;

    // More than the walk is ahead of the reading.
    private const int BetweenFiles = 15_000;

    [Fact]
    public async Task Files_that_move_to_where_the_walk_was_have_moved_by_the_next_scan_and_keep_their_history()
    {
        using var tree = await MakeAsync("z");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var ids = await IdsAsync(tree);

        // In the middle of m the walk has passed a, and not come to z.
        await ScanWhileAsync(tree, () => MoveAll(tree, "z", "a"));
        var next = await tree.ScanAsync();

        Assert.Equal(
            Enumerable.Range(0, Files).Select(i => $"moved z/f{i:d2} -> a/f{i:d2}"), await tree.EventsAsync(next));
        Assert.Equal(ids, await IdsAsync(tree));
        await tree.AssertCountsAgreeAsync();
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task Files_that_move_to_where_the_walk_will_be_have_moved_by_the_next_scan_and_are_not_deleted()
    {
        using var tree = await MakeAsync("a");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var ids = await IdsAsync(tree);

        await ScanWhileAsync(tree, () => MoveAll(tree, "a", "z"));
        var next = await tree.ScanAsync();

        Assert.Equal(
            Enumerable.Range(0, Files).Select(i => $"moved a/f{i:d2} -> z/f{i:d2}"), await tree.EventsAsync(next));
        Assert.Equal(ids, await IdsAsync(tree));
        await tree.AssertCountsAgreeAsync();
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task A_name_that_is_taken_from_a_file_of_two_is_deleted_and_did_not_move_to_the_other()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        tree.Write("one", "content");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        using (var link = Process.Start("ln", [tree.PathOf("one"), tree.PathOf("two")]))
        {
            await link.WaitForExitAsync();
        }

        Assert.Equal(["added two"], await tree.EventsAsync(await tree.ScanAsync()));
        File.Delete(tree.PathOf("one"));

        Assert.Equal(["deleted one"], await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    private async Task<WatchedTree> MakeAsync(string folder)
    {
        var tree = await WatchedTree.CreateAsync(database, 0);
        for (var i = 0; i < Files; i++)
        {
            tree.Write($"{folder}/f{i:d2}", $"content of {i}");
        }

        tree.Write("a/stays", "of a");
        tree.Write("z/stays", "of z");
        for (var i = 0; i < BetweenFiles; i++)
        {
            tree.Write($"m/f{i:d5}", "");
        }

        return tree;
    }

    private static void MoveAll(WatchedTree tree, string from, string to)
    {
        for (var i = 0; i < Files; i++)
        {
            File.Move(tree.PathOf($"{from}/f{i:d2}"), tree.PathOf($"{to}/f{i:d2}"));
        }
    }

    /// <summary>A scan that reads all of <c>m</c>, in the midst of which something happens.</summary>
    private async Task ScanWhileAsync(WatchedTree tree, Action happens)
    {
        await tree.SetTargetAsync("""options = '{"limit": {"opensPerSecond": 5000}}'""");
        var scan = await tree.QueueAsync("full");
        await tree.UntilAsync($"select files_hashed > 500 from scheduler.scans where id = {scan}");
        happens();
        await tree.EndOfAsync(scan);
        Assert.Equal(BetweenFiles, await database.ScalarAsync<long>(
            $"select count(*) from scanner.files where target_id = {tree.TargetId} and state = 1 and path like 'm/%'"));
    }

    private Task<List<string>> IdsAsync(WatchedTree tree) => database.ListAsync($"""
        select substr(path, 3) || ' ' || id from scanner.files
        where target_id = {tree.TargetId} and state = 1 and path not like 'm/%' and path not like '%/stays' order by 1
        """);
}
