using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests.Mounts;

/// <summary>Type <c>nfs</c>: a root that is a mount point, of the file system that it should be.</summary>
public sealed class NetworkMountTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-mounts-");

    public NetworkMountTests() => Directory.CreateDirectory(Root);

    private string Root => Path.Join(_folder.FullName, "mount point");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_that_waits_for_its_mount_is_not_the_storage() =>
        Assert.Contains("nothing is mounted", await RefusalAsync(StorageReasons.NotMounted, Root), StringComparison.Ordinal);

    [Fact]
    public async Task A_root_that_is_not_there_is_missing() =>
        await RefusalAsync(StorageReasons.RootMissing, Path.Join(Root, "none"));

    [MountFact]
    public async Task The_source_is_part_of_the_identity_and_may_be_asked_for()
    {
        using var mounted = Mount("nas:/export");

        var probe = await ProbeAsync();

        Assert.EndsWith("/mount:tmpfs:nas:/export", probe.Identity, StringComparison.Ordinal);
        Assert.Equal(probe, await ProbeAsync("nas:/export"));
        Assert.Contains(
            "nas:/export", await RefusalAsync(StorageReasons.OtherSource, Root, "nas:/other"), StringComparison.Ordinal);
    }

    [MountFact]
    public async Task A_folder_inside_a_mount_is_not_its_mount_point()
    {
        using var mounted = Mount("nas:/export");
        Directory.CreateDirectory(Path.Join(Root, "sub"));

        await RefusalAsync(StorageReasons.NotMounted, Path.Join(Root, "sub"));
    }

    [MountFact]
    public async Task What_is_no_network_file_system_is_refused_unless_the_target_names_it()
    {
        using var mounted = Mount("nas:/export");
        await using var usual = LocalStorage.OpenMounted(new StorageSettings("nfs", Root));

        var refused = await Assert.ThrowsAsync<StorageException>(() => usual.ProbeAsync(default));

        Assert.Equal(StorageReasons.NotMounted, refused.Reason);
    }

    [MountFact]
    public async Task A_link_to_the_mount_point_leads_to_it()
    {
        using var mounted = Mount("nas:/export");
        var link = Path.Join(_folder.FullName, "link");
        Directory.CreateSymbolicLink(link, Root);
        await using var backend = Open(link);

        Assert.Equal(await ProbeAsync(), await backend.ProbeAsync(default));
    }

    [MountFact]
    public async Task What_is_mounted_over_it_or_in_its_place_is_another()
    {
        await using var backend = Open(Root);
        string first;
        using (Mount("nas:/export"))
        {
            first = (await backend.ProbeAsync(default)).Identity;
            using (Mount("nas:/other"))
            {
                Assert.NotEqual(first, (await backend.ProbeAsync(default)).Identity);
            }

            Assert.Equal(first, (await backend.ProbeAsync(default)).Identity);
        }

        await RefusalAsync(StorageReasons.NotMounted, Root);
        using (Mount("nas:/export"))
        {
            Assert.NotEqual(first, (await backend.ProbeAsync(default)).Identity); // Empty, and of the same name.
        }
    }

    [MountFact("/dev/fuse")]
    public async Task A_file_system_whose_server_died_is_a_lost_connection()
    {
        using var tree = new FuseTree("nas:/export", ["a"]);
        await using var backend = Open(tree.Root, types: "fuse");
        Assert.EndsWith("/mount:fuse:nas:/export", (await backend.ProbeAsync(default)).Identity, StringComparison.Ordinal);

        tree.Die();

        var lost = await Assert.ThrowsAsync<StorageException>(() => backend.ProbeAsync(default));
        Assert.Equal(StorageFault.Connection, lost.Fault);
    }

    [MountFact("/dev/fuse")]
    public async Task A_root_that_hangs_is_looked_at_by_one_thread_and_not_by_more_and_more()
    {
        using var tree = new FuseTree("nas:/export", ["a"]);
        tree.IsHung = true;
        var looks = 0;
        Task<bool> LookAsync() => Linux.HangingRoots.RunAsync(
            tree.Root,
            () =>
            {
                Interlocked.Increment(ref looks);
                return Directory.EnumerateFileSystemEntries(tree.Root).Any();
            },
            default, TimeSpan.FromMilliseconds(100));
        var first = LookAsync();
        await Task.Delay(150);

        for (var time = 0; time < 10; time++)
        {
            var refused = await Assert.ThrowsAsync<StorageException>(LookAsync);
            Assert.Equal(StorageFault.Timeout, refused.Fault);
        }

        Assert.Equal(1, looks);
        Assert.False(first.IsCompleted);
    }

    private Mounting Mount(string source) => Mounting.Of(source, "tmpfs", Root, 0, "size=1m");

    private static IStorageBackend Open(string root, string? source = null, string types = "tmpfs") =>
        LocalStorage.OpenMounted(new StorageSettings("nfs", root)
        {
            Connection = new TargetConnection(Nfs: new NfsConnection(source, [types])),
        });

    private async Task<StorageProbe> ProbeAsync(string? source = null)
    {
        await using var backend = Open(Root, source);
        return await backend.ProbeAsync(default);
    }

    private static async Task<string> RefusalAsync(string reason, string root, string? source = null)
    {
        await using var backend = Open(root, source);
        var refused = await Assert.ThrowsAsync<StorageException>(() => backend.ProbeAsync(default));
        Assert.Equal((StorageFault.Configuration, reason), (refused.Fault, refused.Reason));
        return refused.Message;
    }
}
