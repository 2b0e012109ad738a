using System.Diagnostics;
using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Storage.Retrying;
using Fixity.Testing.Postgres;
using Fixity.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>Scans of type <c>nfs</c> on real mounts to which happens what happens to mounts: no file of theirs is ever
/// taken for deleted on that account.</summary>
[Trait("Scenario", "A1")]
public sealed class MountedTargetTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const int Files = 120;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-mounted-");
    private int _target;

    public void Dispose() => _folder.Delete(recursive: true);

    [MountFact("mkfs.ext4")]
    public async Task A_mount_that_vanishes_and_comes_back_changes_nothing()
    {
        var (image, root) = (MakeImage("disk"), MakeRoot());
        await using var scanner = await StartAsync();
        using (Mounting.Image(image, root))
        {
            Fill(root);
            await WatchAsync(root, "ext4");
            Assert.Equal("completed", await ScanAsync());
        }

        var before = await RowsAsync();
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal("failed storage_identity_missing", await ScanAsync());
        }

        Assert.Equal(before, await RowsAsync());
        Assert.Equal("offline storage_identity_missing", await StateAsync());
        using (Mounting.Image(image, root))
        {
            Assert.Equal("completed", await ScanAsync());
        }

        Assert.Equal(before, await RowsAsync());
        Assert.Equal("online", await StateAsync());
        Assert.Empty(await EventsAsync());
        Assert.Equal(
            ["scan.completed", "scan.failed", "target.offline", "target.online", "scan.completed"],
            await database.ListAsync($"select type from scanner.target_events where target_id = {_target} order by id"));
    }

    [MountFact("mkfs.ext4")]
    public async Task Another_file_system_on_the_same_path_is_another_storage()
    {
        var (image, other, root) = (MakeImage("disk"), MakeImage("other"), MakeRoot());
        await using var scanner = await StartAsync();
        using (Mounting.Image(image, root))
        {
            Fill(root);
            await WatchAsync(root, "ext4");
            await ScanAsync();
        }

        var before = await RowsAsync();
        using (Mounting.Image(other, root))
        {
            await File.WriteAllTextAsync(Path.Join(root, "d000-0"), "of another disk");
            Assert.Equal("failed storage_identity_missing", await ScanAsync());
        }

        // Of a type that does not count, and empty.
        using (Mounting.Tmpfs(root))
        {
            Assert.Equal("failed storage_identity_missing", await ScanAsync());
        }

        Assert.Equal(before, await RowsAsync());
        Assert.Empty(await EventsAsync());
    }

    [MountFact]
    public async Task Files_that_were_put_below_the_mount_point_are_not_those_of_the_mount()
    {
        var root = MakeRoot();
        Fill(root, "hidden below");
        await using var scanner = await StartAsync();
        using (Mounting.Of("nas:/export", "tmpfs", root, 0, "size=4m"))
        {
            Fill(root);
            await WatchAsync(root, "tmpfs");
            await ScanAsync();
        }

        var before = await RowsAsync();
        Assert.Equal("failed storage_identity_missing", await ScanAsync());
        Assert.Equal(before, await RowsAsync());
        Assert.Empty(await EventsAsync());
    }

    [MountFact]
    public async Task A_storage_that_was_really_emptied_is_a_large_change_with_proof()
    {
        var root = MakeRoot();
        await using var scanner = await StartAsync();
        using var mounted = Mounting.Of("nas:/export", "tmpfs", root, 0, "size=4m");
        Fill(root);
        await WatchAsync(root, "tmpfs");
        await ScanAsync();

        foreach (var file in Directory.GetFiles(root))
        {
            File.Delete(file);
        }

        Assert.Equal("completed", await ScanAsync());
        Assert.Equal(Files, (await EventsAsync()).Count(type => type == "deleted"));
        Assert.Contains("large_change.detected", await database.ListAsync(
            $"select type from scanner.target_events where target_id = {_target} order by id"));
    }

    [MountFact("mkfs.ext4")]
    public async Task A_mount_that_turned_read_only_is_as_good_as_before()
    {
        var (image, root) = (MakeImage("disk"), MakeRoot());
        await using var scanner = await StartAsync();
        using var mounted = Mounting.Image(image, root);
        Fill(root);
        await WatchAsync(root, "ext4");
        await ScanAsync();
        var before = await RowsAsync();

        Programs.Run("mount", "-o", "remount,ro", root);

        Assert.Equal("completed", await ScanAsync());
        Assert.Equal("completed", await ScanAsync("full"));
        Assert.Equal("online", await StateAsync());
        Assert.Equal(before.Count, (await RowsAsync()).Count);
        Assert.Empty(await EventsAsync());
    }

    [MountFact("/dev/fuse")]
    public async Task Folders_that_fail_with_EIO_are_unknown_and_not_deleted()
    {
        using var tree = new FuseTree("nas:/export", [.. Enumerable.Range(0, 5).Select(i => $"d{i}/file"), "z"]);
        await using var scanner = await StartAsync();
        await WatchAsync(tree.Root, "fuse");
        Assert.Equal("completed", await ScanAsync());
        var before = await RowsAsync();

        tree.IsBroken = true;

        Assert.Equal("partial unknown_files", await ScanAsync());
        Assert.Equal("degraded scan_partial", await StateAsync());
        Assert.Equal(before, await RowsAsync());
        Assert.Empty(await EventsAsync());
        tree.IsBroken = false;
        Assert.Equal("completed", await ScanAsync());
        Assert.Equal("online", await StateAsync());
    }

    [MountFact("/dev/fuse")]
    public async Task A_server_that_died_is_out_of_reach_after_some_attempts()
    {
        using var tree = new FuseTree("nas:/export", ["a", "b/c"]);
        await using var scanner = await StartAsync();
        await WatchAsync(tree.Root, "fuse");
        Assert.Equal("completed", await ScanAsync());
        var before = await RowsAsync();

        tree.Die();

        Assert.Equal("failed storage_unreachable", await ScanAsync());
        Assert.Equal("offline storage_unreachable", await StateAsync());
        Assert.Equal(before, await RowsAsync());
        Assert.Empty(await EventsAsync());
    }

    [MountFact("/dev/fuse")]
    [Trait("Scenario", "A7")]
    public async Task A_mount_that_hangs_degrades_its_target_and_holds_up_no_other()
    {
        using var tree = new FuseTree("nas:/export", ["a", "b/c"]);
        using var local = await WatchedTree.CreateAsync(database, 20);
        await using var scanner = await StartAsync();
        await WatchAsync(tree.Root, "fuse");
        Assert.Equal("completed", await ScanAsync());
        var before = await RowsAsync();
        tree.IsHung = true;

        var hanging = ScanAsync();
        await local.ScanAsync();
        Assert.False(hanging.IsCompleted);

        Assert.Equal("failed storage_unreachable", await hanging);
        Assert.Equal("degraded storage_unreachable", await StateAsync());
        await local.ScanAsync();
        Assert.Equal(before, await RowsAsync());
        tree.IsHung = false;
        await UntilCompletedAsync();
        Assert.Equal("online", await StateAsync());
        Assert.Empty(await EventsAsync());
    }

    private Task<ScannerProcess> StartAsync() => ScannerProcess.StartAsync(database, configure: builder =>
    {
        builder.Configuration["Scanner:ProbeTimeout"] = "00:00:04";
        builder.Services.AddSingleton(new RetryPolicy { Patience = TimeSpan.FromSeconds(1) });
    });

    private string MakeRoot() => _folder.CreateSubdirectory("mounted").FullName;

    private string MakeImage(string name)
    {
        var image = Path.Join(_folder.FullName, name);
        using (var file = File.Create(image))
        {
            file.SetLength(8 << 20);
        }

        Programs.Run("mkfs.ext4", "-q", "-F", image);
        return image;
    }

    private static void Fill(string root, string content = "content")
    {
        for (var i = 0; i < Files; i++)
        {
            File.WriteAllText(Path.Join(root, string.Create(CultureInfo.InvariantCulture, $"d000-{i}")), $"{content} {i}");
        }
    }

    private async Task WatchAsync(string root, string fileSystem)
    {
        var connection = TargetConnectionColumn.Write(
            new TargetConnection(Nfs: new NfsConnection(FileSystems: [fileSystem])));
        _target = await database.AddTargetAsync(root);
        await database.ExecuteAsync($"""
            update scheduler.targets set type = 'nfs', connection = '{connection}', sample_percent = 0 where id = {_target}
            """);
    }

    /// <returns>Status and reason.</returns>
    private async Task<string?> ScanAsync(string mode = "incremental")
    {
        var scan = await database.AddScanAsync(_target, mode);
        await database.ExecuteAsync("notify fixity_scan_queued");
        while (!await database.ScalarAsync<bool>($"select ended_at is not null from scheduler.scans where id = {scan}"))
        {
            await Task.Delay(20);
        }

        return await database.ScalarAsync<string>(
            $"select concat_ws(' ', status, reason) from scheduler.scans where id = {scan}");
    }

    private async Task UntilCompletedAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (await ScanAsync() != "completed")
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60));
        }
    }

    private Task<List<string>> RowsAsync() => database.ListAsync(
        $"select path || ' ' || state || ' ' || xmin from scanner.files where target_id = {_target} order by path");

    private Task<List<string>> EventsAsync() => database.ListAsync($"""
        select e.type from scanner.change_events e join scheduler.scans s on s.id = e.scan_id
        where s.target_id = {_target} order by e.path
        """);

    private Task<string?> StateAsync() => database.ScalarAsync<string>(
        $"select concat_ws(' ', state, state_reason) from scanner.target_states where target_id = {_target}");
}
