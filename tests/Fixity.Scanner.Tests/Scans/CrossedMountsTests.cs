using Fixity.Testing.Postgres;
using Fixity.Testing.Storage;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Real file systems mounted below a root, which come and go.</summary>
public sealed class CrossedMountsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Crossing = """{"crossMounts": true}""";

    [MountFact]
    public async Task A_mount_that_is_away_for_a_night_deletes_nothing_and_its_return_launders_nothing()
    {
        using var tree = await TreeAsync();
        await using var scanner = await ScannerProcess.StartAsync(database);
        using var aside = Mounting.Tmpfs(tree.Aside);
        Fill(tree.Aside, 40);
        using (Mounting.BindOf(tree.Aside, tree.PathOf("disk")))
        {
            await tree.ScanAsync();
        }

        var before = await tree.RowVersionsAsync();
        Assert.Equal(45, before.Count);
        tree.Write("disk/f00", "what lies below the mount point");
        File.Delete(tree.PathOf(WatchedTree.NameOf(4)));
        var away = await tree.ScanAsync(expected: "partial: unknown_files");

        Assert.Equal([$"deleted {WatchedTree.NameOf(4)}"], await tree.EventsAsync(away));
        Assert.Equal(before.Where(InDisk), (await tree.RowVersionsAsync()).Where(InDisk));
        Assert.Equal(["disk/ mount_missing"], await ErrorsAsync(away));
        Assert.Equal("40 4", await CountersAsync(away));
        Assert.Equal("disk/ mount_missing", await RangesAsync(tree));

        // Damage while it was away, and an honest edit.
        tree.FlipHidden(Path.Join(tree.Aside, "f07"));
        await File.WriteAllTextAsync(Path.Join(tree.Aside, "f08"), "another content");
        using (Mounting.BindOf(tree.Aside, tree.PathOf("disk")))
        {
            var back = await tree.ScanAsync("full");
            Assert.Equal(["tampered disk/f07", "modified disk/f08"], await tree.EventsAsync(back));
            Assert.Equal("", await RangesAsync(tree));
        }

        await tree.AssertCountsAgreeAsync();
    }

    [MountFact]
    public async Task A_disk_that_was_replaced_is_taken_when_a_person_says_that_the_storage_is_a_new_one()
    {
        using var tree = await TreeAsync();
        await using var scanner = await ScannerProcess.StartAsync(database);
        using (Mounting.Tmpfs(tree.PathOf("disk")))
        {
            Fill(tree.PathOf("disk"), 3);
            await tree.ScanAsync();
        }

        var was = await MountsAsync(tree);
        using var another = Mounting.Tmpfs(tree.PathOf("disk"));
        Fill(tree.PathOf("disk"), 2);

        var refused = await tree.ScanAsync(expected: "partial: unknown_files");
        Assert.Empty(await tree.EventsAsync(refused));
        Assert.Equal(["disk/ mount_missing"], await ErrorsAsync(refused));
        Assert.Equal(was, await MountsAsync(tree));

        await tree.SetTargetAsync("identity_epoch = identity_epoch + 1");
        var taken = await tree.ScanAsync();
        Assert.Contains("deleted disk/f02", await tree.EventsAsync(taken));
        Assert.NotEqual(was, await MountsAsync(tree));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [MountFact]
    public async Task A_disk_that_is_gone_for_good_is_forgotten_when_a_person_says_so()
    {
        using var tree = await TreeAsync();
        await using var scanner = await ScannerProcess.StartAsync(database);
        using (Mounting.Tmpfs(tree.PathOf("disk")))
        {
            Fill(tree.PathOf("disk"), 3);
            await tree.ScanAsync();
        }

        Directory.Delete(tree.PathOf("disk"));
        await tree.ScanAsync(expected: "partial: unknown_files");
        await tree.SetTargetAsync("identity_epoch = identity_epoch + 1");

        var ended = await tree.ScanAsync();

        Assert.Equal(["deleted disk/f00", "deleted disk/f01", "deleted disk/f02"], await tree.EventsAsync(ended));
        Assert.Empty(await MountsAsync(tree));
    }

    [MountFact]
    public async Task A_mount_over_watched_files_hides_them_until_a_person_says_that_it_may()
    {
        using var tree = await TreeAsync();
        await using var scanner = await ScannerProcess.StartAsync(database);
        tree.Write("disk/old", "on the root's own file system");
        await tree.ScanAsync();
        using var mounted = Mounting.Tmpfs(tree.PathOf("disk"));
        Fill(tree.PathOf("disk"), 1);

        var hidden = await tree.ScanAsync(expected: "partial: unknown_files");
        var again = await tree.ScanAsync(expected: "partial: unknown_files");

        Assert.Equal(["disk/ mount_over_files"], await ErrorsAsync(hidden));
        Assert.Equal(["disk/ mount_over_files"], await ErrorsAsync(again));
        Assert.Empty(await tree.EventsAsync(again));

        await tree.SetTargetAsync("identity_epoch = identity_epoch + 1");
        var taken = await tree.ScanAsync();
        Assert.Equal(["added disk/f00", "deleted disk/old"], await tree.EventsAsync(taken));
    }

    [MountFact]
    public async Task Crossing_no_more_leaves_what_is_mounted_unknown_and_says_why()
    {
        using var tree = await TreeAsync();
        await using var scanner = await ScannerProcess.StartAsync(database);
        using var mounted = Mounting.Tmpfs(tree.PathOf("disk"));
        Fill(tree.PathOf("disk"), 3);
        await tree.ScanAsync();
        await tree.SetTargetAsync("options = '{}'");

        var scan = await tree.ScanAsync(expected: "partial: unknown_files");

        Assert.Empty(await tree.EventsAsync(scan));
        Assert.Equal(["disk/ mount_not_crossed"], await ErrorsAsync(scan));
        Assert.Contains("crossMounts", await database.ScalarAsync<string>(
            $"select message from scanner.scan_errors where scan_id = {scan} and kind <> 'skipped'"), StringComparison.Ordinal);

        mounted.Dispose();
        var gone = await tree.ScanAsync(expected: "partial: unknown_files");
        Assert.Empty(await tree.EventsAsync(gone));
        Assert.Equal(["disk/ mount_missing"], await ErrorsAsync(gone));

        await tree.SetTargetAsync("""options = '{"exclude": ["/disk/"]}'""");
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
    }

    private async Task<WatchedTree> TreeAsync()
    {
        var tree = await WatchedTree.CreateAsync(database, 5);
        Directory.CreateDirectory(tree.PathOf("disk"));
        Directory.CreateDirectory(tree.Aside);
        await tree.SetTargetAsync($"options = '{Crossing}'");
        return tree;
    }

    private static void Fill(string folder, int files)
    {
        for (var i = 0; i < files; i++)
        {
            File.WriteAllText(Path.Join(folder, $"f{i:d2}"), $"content {i:d2}");
        }
    }

    private static bool InDisk(string row) => row.StartsWith("disk/", StringComparison.Ordinal);

    private Task<List<string>> ErrorsAsync(long scan) => database.ListAsync(
        $"select path || ' ' || kind from scanner.scan_errors where scan_id = {scan} and kind <> 'skipped' order by path, kind");

    private Task<List<string>> MountsAsync(WatchedTree tree) => database.ListAsync(
        $"select concat_ws(' ', path, identity) from scanner.crossed_mounts where target_id = {tree.TargetId} order by path");

    private Task<string?> RangesAsync(WatchedTree tree) => database.ScalarAsync<string>($"""
        select coalesce(string_agg(prefix || ' ' || cause, ', '), '') from scanner.unknown_ranges
        where target_id = {tree.TargetId}
        """);

    private Task<string?> CountersAsync(long scan) => database.ScalarAsync<string>(
        $"select files_unknown || ' ' || files_seen from scheduler.scans where id = {scan}");
}
