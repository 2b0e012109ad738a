using System.Runtime.InteropServices;
using Fixity.Core;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

/// <summary>Real refusals by the kernel, also where the tests run as root.</summary>
public sealed partial class DeniedFolderTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task A_folder_that_may_not_be_listed_is_one_fault_in_its_place_and_nothing_else_is_lost()
    {
        foreach (var path in (string[])["a/1", "locked/1", "locked/sub/2", "locked.txt", "z"])
        {
            _tree.File(path);
        }

        _tree.Mode("", (UnixFileMode)0x1ED);
        _tree.Mode("locked", UnixFileMode.None);

        var entries = await ListAsNobodyAsync(PathRange.Everything);

        Assert.Equal(
            ["File a/1", "File locked.txt", "ListingFault locked/", "File z"],
            entries.Select(entry => $"{entry.Kind} {entry.Path}"));
        Assert.Equal(StorageFault.Denied, entries[2].Fault);

        var resumed = await ListAsNobodyAsync(new PathRange(default, After: FilePath.FromEscaped("locked/1")));
        Assert.Equal(["ListingFault locked/", "File z"], resumed.Select(entry => $"{entry.Kind} {entry.Path}"));
    }

    [Fact]
    public async Task A_folder_whose_entries_may_not_be_looked_at_gives_their_names_as_faulty()
    {
        _tree.File("dir/file");
        _tree.File("dir/sub/file");
        _tree.Mode("", (UnixFileMode)0x1ED);
        _tree.Mode("dir", (UnixFileMode)0x124); // r--r--r--: names without what is behind them

        var entries = await ListAsNobodyAsync(PathRange.Everything);

        Assert.Equal(
            ["EntryFault dir/file", "ListingFault dir/sub/"], entries.Select(entry => $"{entry.Kind} {entry.Path}"));
    }

    /// <summary>The kernel keeps the identity for files per thread, and a new thread inherits it: so does the walk's.</summary>
    private async Task<List<StorageEntry>> ListAsNobodyAsync(PathRange range)
    {
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        await backend.ProbeAsync(CancellationToken.None);
        var blocks = backend.ListAsync(range, CancellationToken.None).GetAsyncEnumerator();
        Task<bool>? first = null;
        var starter = new Thread(() =>
        {
            _ = SetFileSystemUser(Environment.IsPrivilegedProcess ? Nobody : -1);
            first = blocks.MoveNextAsync().AsTask();
        });
        starter.Start();
        starter.Join();

        var entries = new List<StorageEntry>();
        for (var more = await Started(first); more; more = await blocks.MoveNextAsync())
        {
            entries.AddRange(blocks.Current.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        await blocks.DisposeAsync();
        return entries;
    }

    private static Task<bool> Started(Task<bool>? first) =>
        first ?? throw new InvalidOperationException("the listing was not started");

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetFileSystemUser(int user);
}
