using Fixity.Scanner.Scans;
using Fixity.Storage.Local;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class IdentityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Another_storage_at_the_root_fails_the_scan_touches_nothing_and_is_told_once()
    {
        using var tree = await WatchedTree.CreateAsync(database, 120);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var before = await tree.RowVersionsAsync();
        Directory.Move(tree.Root, tree.Aside);
        Directory.CreateDirectory(tree.Root);

        for (var attempt = 0; attempt < 10; attempt++)
        {
            await tree.ScanAsync(expected: "failed: storage_identity_missing");
        }

        Assert.Equal(before, await tree.RowVersionsAsync());
        Assert.Equal(["scan.completed", "scan.failed", "target.offline"], await tree.TargetEventsAsync());
        Assert.Equal("offline storage_identity_missing", await StateAsync(tree));

        Directory.Delete(tree.Root);
        Directory.Move(tree.Aside, tree.Root);
        var back = await tree.ScanAsync();
        await tree.ScanAsync();

        Assert.Empty(await tree.EventsAsync(back));
        Assert.Equal(
            ["target.online", "scan.completed", "scan.completed"], (await tree.TargetEventsAsync()).Skip(3));
        Assert.Equal("online", await StateAsync(tree));
    }

    [Fact]
    public async Task A_root_that_is_gone_fails_the_scan_and_a_new_epoch_accepts_another_root()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.Move(tree.Root, tree.Aside);

        await tree.ScanAsync(expected: "failed: root_missing");

        Directory.CreateDirectory(tree.Root);
        tree.Write(WatchedTree.NameOf(0), await File.ReadAllBytesAsync(Path.Combine(tree.Aside, WatchedTree.NameOf(0))));
        await tree.SetTargetAsync("identity_epoch = identity_epoch + 1");
        var scan = await tree.ScanAsync();

        Assert.Equal(2, (await tree.EventsAsync(scan)).Count(e => e.StartsWith("deleted ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task How_fine_times_are_is_asked_of_the_storage_and_kept_with_the_target()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await using var storage = LocalStorage.Open(tree.Root);
        var granularity = (await storage.ProbeAsync(CancellationToken.None)).MtimeGranularity;
        Assert.Equal((long)granularity.TotalNanoseconds, await GranularityAsync());

        // As an older version left it: a scan that is no first one says it too.
        await database.ExecuteAsync(
            $"update scanner.target_states set mtime_granularity_ns = null where target_id = {tree.TargetId}");
        await tree.ScanAsync();
        Assert.Equal((long)granularity.TotalNanoseconds, await GranularityAsync());

        Task<long> GranularityAsync() => database.ScalarAsync<long>(
            $"select mtime_granularity_ns from scanner.target_states where target_id = {tree.TargetId}");
    }

    [Theory]
    [InlineData("fs:ef53:0a/ino:2", "fs:ef53:0a/ino:2", true)]
    [InlineData("fs:ef53:0a/ino:2", "fs:ef53:0a/ino:2/made:5.0", true)]
    [InlineData("fs:6969:00/ino:2", "fs:6969:00/ino:2/mount:nfs4:nas:/export", true)]
    [InlineData("fs:ef53:0a/ino:2", "fs:ef53:0a/ino:22", false)]
    [InlineData("fs:ef53:0a/ino:2", "fs:ef53:0b/ino:2/made:5.0", false)]
    [InlineData("fs:ef53:0a/ino:2/made:5.0", "fs:ef53:0a/ino:2", false)]
    [InlineData("fs:ef53:0a/ino:2/made:5.0", "fs:ef53:0a/ino:2/made:6.0", false)]
    [InlineData("fs:6969:00/ino:2/mount:nfs4:nas:/export", "fs:6969:00/ino:2/mount:nfs4:nas:/export/other", false)]
    [InlineData("s3:bucket", "s3:bucket/other", false)]
    public void What_an_older_version_recorded_is_held_to_as_far_as_it_goes(string recorded, string found, bool isSame) =>
        Assert.Equal(isSame, TargetIdentity.IsSame(recorded, found));

    private Task<string?> StateAsync(WatchedTree tree) => database.ScalarAsync<string>(
        $"select concat_ws(' ', state, state_reason) from scanner.target_states where target_id = {tree.TargetId}");
}
