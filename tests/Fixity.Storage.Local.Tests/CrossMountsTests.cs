using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

public sealed class CrossMountsTests : IDisposable
{
    private static readonly LocalStorageOptions Crossing = new() { CrossMounts = true };

    private readonly RawTree _tree = new();

    public CrossMountsTests()
    {
        _tree.File("a");
        _tree.File("mounted/hidden");
        _tree.File("z");
    }

    public void Dispose() => _tree.Dispose();

    [MountFact]
    public async Task Another_file_system_is_skipped_and_what_it_hides_is_not_gone()
    {
        using var mounted = MountTmpfs();
        await using var backend = LocalStorage.Open(_tree.Root);

        Assert.Equal(["File a", "Skipped mounted/", "File z"], (await Listed.AllAsync(backend)).Words());

        foreach (var path in (string[])["mounted/inside", "mounted/hidden"])
        {
            var there = await backend.StatAsync(FilePath.FromEscaped(path), CancellationToken.None);
            Assert.Equal(SkipKind.Mount, there?.SkipKind);
            var refused = await Assert.ThrowsAsync<StorageException>(async () =>
                await backend.OpenAsync(FilePath.FromEscaped(path), ReadSource.Cache, CancellationToken.None));
            Assert.Equal(StorageFault.NotRegular, refused.Fault);
        }
    }

    [MountFact]
    public async Task Another_file_system_is_entered_when_asked_for_and_told_apart_by_its_device()
    {
        using var mounted = MountTmpfs();
        await using var backend = LocalStorage.Open(_tree.Root, Crossing);
        await using var plain = LocalStorage.Open(_tree.Root);

        var entries = await Listed.AllAsync(backend);

        Assert.Equal(["File a", "Mount mounted/", "File mounted/inside", "File mounted/sub/deep", "File z"], entries.Words());
        Assert.Equal(await IdentityOfAsync("mounted"), entries[1].Mount);
        Assert.Equal(entries[0].Metadata.Device, entries[4].Metadata.Device);
        Assert.NotEqual(entries[0].Metadata.Device, entries[2].Metadata.Device);
        await using var file = await backend.OpenAsync(entries[2].Path, ReadSource.Cache, CancellationToken.None);
        Assert.Equal(6, await file.ReadAsync(0, new byte[10], CancellationToken.None));
        Assert.Equal(
            (await plain.ProbeAsync(CancellationToken.None)).Identity,
            (await backend.ProbeAsync(CancellationToken.None)).Identity);
    }

    [MountFact]
    public async Task A_folder_and_a_file_bound_from_the_same_file_system_are_mounts_too()
    {
        using var folder = Mounting.BindOf(Path.Join(_tree.Root, "mounted"), Folder("bound"));
        _tree.File("bound-file");
        using var file = Mounting.BindOf(Path.Join(_tree.Root, "a"), Path.Join(_tree.Root, "bound-file"));
        await using var backend = LocalStorage.Open(_tree.Root);
        await using var crossing = LocalStorage.Open(_tree.Root, Crossing);

        Assert.Equal(
            ["File a", "Skipped bound-file", "Skipped bound/", "File mounted/hidden", "File z"],
            (await Listed.AllAsync(backend)).Words());
        var crossed = await Listed.AllAsync(crossing);
        Assert.Equal(
            ["File a", "File bound-file", "Mount bound/", "File bound/hidden", "File mounted/hidden", "File z"],
            crossed.Words());
        Assert.Equal(await IdentityOfAsync("mounted"), crossed[2].Mount);
        Assert.StartsWith($"{crossed[1].Mount}/ino:", crossed[2].Mount, StringComparison.Ordinal);
        Assert.All(crossed.Where((_, i) => i is not (1 or 2)), entry => Assert.Null(entry.Mount));
    }

    [MountFact]
    public async Task Whoever_begins_inside_of_a_mount_is_told_so_first()
    {
        using var mounted = MountTmpfs();
        await using var backend = LocalStorage.Open(_tree.Root, Crossing);

        var behind = await Listed.AllAsync(backend, new PathRange(FilePath.FromEscaped("mounted/k")));
        var after = await Listed.AllAsync(
            backend, new PathRange(default, FilePath.FromEscaped("n"), FilePath.FromEscaped("mounted/sub/deep")));

        Assert.Equal(["Mount mounted/", "File mounted/sub/deep", "File z"], behind.Words());
        Assert.Equal(["Mount mounted/"], after.Words());
    }

    private async Task<string> IdentityOfAsync(string folder)
    {
        await using var backend = LocalStorage.Open(Path.Join(_tree.Root, folder));
        return (await backend.ProbeAsync(CancellationToken.None)).Identity;
    }

    private Mounting MountTmpfs()
    {
        var mounted = Mounting.Tmpfs(Path.Join(_tree.Root, "mounted"));
        _tree.File("mounted/inside", "inside");
        _tree.File("mounted/sub/deep");
        return mounted;
    }

    private string Folder(string name)
    {
        _tree.Folder(name);
        return Path.Join(_tree.Root, name);
    }
}
