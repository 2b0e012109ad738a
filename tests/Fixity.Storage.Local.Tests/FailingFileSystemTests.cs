using System.Diagnostics;
using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

/// <summary>What the kernel really does when a file system hangs or breaks in the middle of a listing.</summary>
public sealed class FailingFileSystemTests
{
    private static readonly LocalStorageOptions Impatient = new() { ListingTimeout = TimeSpan.FromSeconds(1) };

    [MountFact("/dev/fuse")]
    public async Task A_call_that_never_returns_costs_its_directory_and_no_other()
    {
        using var tree = new FuseTree("a/1", "b/hang-dir/1", "b/z", "c/d", "c/hang-file", "c/z", "e");
        await using var backend = LocalStorage.Open(tree.Root, Impatient);

        var entries = await Listed.AllAsync(backend);

        Assert.Equal(
            ["File a/1", "ListingFault b/hang-dir/", "File b/z", "File c/d", "ListingFault c/", "File e"],
            entries.Words());
        Assert.All(
            entries.Where(entry => entry.Kind == EntryKind.ListingFault),
            entry => Assert.Equal(StorageFault.Timeout, entry.Fault));
    }

    [MountFact("/dev/fuse")]
    public async Task A_listing_that_breaks_in_its_middle_is_one_fault_and_gives_nothing_of_its_beginning()
    {
        using var tree = new FuseTree("a/1", "broken/1", "broken/2", "broken/3", "broken.txt", "c");
        await using var backend = LocalStorage.Open(tree.Root, Impatient);

        var entries = await Listed.AllAsync(backend);

        Assert.Equal(["File a/1", "File broken.txt", "ListingFault broken/", "File c"], entries.Words());
        Assert.Equal(StorageFault.ReadFailed, entries[2].Fault);
        var resumed = await Listed.AllAsync(backend, new PathRange(default, After: FilePath.FromEscaped("broken/1")));
        Assert.Equal(["ListingFault broken/", "File c"], resumed.Words());
    }

    [MountFact("/dev/fuse")]
    public async Task Listing_what_hangs_again_and_again_leaves_no_more_threads_behind()
    {
        using var tree = new FuseTree("a/1", "b/hang-dir/1", "b/z", "c");
        await using var backend = LocalStorage.Open(tree.Root, Impatient);
        var first = (await Listed.AllAsync(backend)).Words();
        Assert.Contains("ListingFault b/hang-dir/", first);
        var threads = Process.GetCurrentProcess().Threads.Count;
        var since = Stopwatch.GetTimestamp();

        for (var time = 0; time < 20; time++)
        {
            Assert.Equal(first, (await Listed.AllAsync(backend)).Words());
        }

        Assert.True(Stopwatch.GetElapsedTime(since) < 10 * Impatient.ListingTimeout);
        Assert.True(Process.GetCurrentProcess().Threads.Count < threads + 15);
    }

    [MountFact("/dev/fuse")]
    public async Task The_root_of_a_file_system_that_stopped_answering_is_one_fault()
    {
        using var tree = new FuseTree("hang-root/1", "z");
        await using var backend = LocalStorage.Open(Path.Join(tree.Root, "hang-root"), Impatient);

        var fault = Assert.Single(await Listed.AllAsync(backend));

        Assert.Equal("ListingFault ", ((StorageEntry[])[fault]).Words().Single());
    }
}
