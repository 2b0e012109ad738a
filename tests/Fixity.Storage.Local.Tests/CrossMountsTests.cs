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

        Assert.Equal(["File a", "File mounted/inside", "File mounted/sub/deep", "File z"], entries.Words());
        Assert.Equal(entries[0].Metadata.Device, entries[3].Metadata.Device);
        Assert.NotEqual(entries[0].Metadata.Device, entries[1].Metadata.Device);
        await using var file = await backend.OpenAsync(entries[1].Path, ReadSource.Cache, CancellationToken.None);
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
        Assert.Equal(
            ["File a", "File bound-file", "File bound/hidden", "File mounted/hidden", "File z"],
            (await Listed.AllAsync(crossing)).Words());
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
