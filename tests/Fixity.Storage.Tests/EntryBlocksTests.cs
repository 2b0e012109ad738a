using System.Collections.Concurrent;
using Fixity.Core;
using Fixity.Testing;

namespace Fixity.Storage.Tests;

public sealed class EntryBlocksTests : IDisposable
{
    // What fits into the blocks, and the one for which there is no room.
    private const int Ahead = (BlockPool.BlocksInFlight * EntryBlock.Capacity) + 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualClock _clock = new();

    // Never disposed: the walks that were left behind still wait at it when the test is over.
#pragma warning disable CA2213 // See above.
    private readonly ManualResetEventSlim _release = new();
#pragma warning restore CA2213

    private readonly BlockingCollection<string> _hanging = [];
    private readonly string _place = Guid.NewGuid().ToString();
    private int _calls;

    public void Dispose()
    {
        _release.Set();
        _hanging.Dispose();
    }

    [Fact]
    public async Task A_directory_that_hangs_is_a_fault_in_its_place_and_the_listing_goes_on_behind_it()
    {
        var listing = ListAsync(["a/1", "b/1", "b/hang/1", "b/z", "c/hang", "c/z", "d"]);
        HangOnce("b/hang/");
        HangOnce("c/");

        var entries = await listing.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(
            ["File a/1", "File b/1", "ListingFault b/hang/", "File b/z", "ListingFault c/", "File d"],
            entries.Select(entry => $"{entry.Kind} {entry.Path}"));
        Assert.All(
            entries.Where(entry => entry.Kind == EntryKind.ListingFault),
            entry => Assert.Equal(StorageFault.Timeout, entry.Fault));
    }

    [Fact]
    public async Task What_a_call_that_was_given_up_finds_in_the_end_is_not_heard()
    {
        var listing = ListAsync(["a/hang/1", "a/hang/2", "b"]);
        HangOnce("a/hang/");
        _release.Set();

        var entries = await listing.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(["a/hang/", "b"], entries.Select(entry => entry.Path.ToString()));
    }

    [Fact]
    public async Task A_root_that_hangs_is_all_there_is()
    {
        var listing = ListAsync(["hang", "z"]);
        HangOnce("");

        var fault = Assert.Single(await listing.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal((EntryKind.ListingFault, default(FilePath)), (fault.Kind, fault.Path));
    }

    [Fact]
    public async Task So_many_hanging_directories_are_a_storage_that_hangs()
    {
        var listing = ListAsync([.. Enumerable.Range(0, 40).Select(i => $"d{i:D2}/hang")]);
        for (var i = 0; i < EntryBlocks.MaxHungDirectories; i++)
        {
            HangOnce($"d{i:D2}/");
        }

        var failure = await Assert.ThrowsAsync<StorageException>(() => listing.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(StorageFault.Timeout, failure.Fault);
    }

    [Fact]
    public async Task A_reader_who_takes_his_time_is_not_a_walk_that_hangs()
    {
        // More than the blocks that go round hold: the walk waits for one to come back.
        var paths = Enumerable.Range(0, 20_000).Select(i => $"f{i:D5}").ToArray();
        var read = 0;
        await foreach (var block in Stream(paths))
        {
            if (read == 0)
            {
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _calls) == Ahead, TimeSpan.FromSeconds(60)));
                _clock.Advance(Patience * 10);
            }

            Assert.All(block.ToArray(), entry => Assert.Equal(EntryKind.File, entry.Kind));
            read += block.Length;
        }

        Assert.Equal(paths.Length, read);
    }

    [Fact]
    public async Task A_call_that_comes_back_within_the_time_is_not_given_up()
    {
        var listing = ListAsync(["a/hang/1", "b"]);
        Assert.Equal("a/hang/", _hanging.Take());
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(Patience / 4);
        }

        _release.Set();

        Assert.Equal(["a/hang/1", "b"], (await listing.WaitAsync(TimeSpan.FromSeconds(60))).Select(e => e.Path.ToString()));
    }

    [Fact]
    public async Task A_walk_that_fails_ends_the_stream_with_its_failure()
    {
        var failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await foreach (var block in Stream(["a", "fail", "z"]))
            {
                Assert.Fail("half a block is no block");
            }
        });

        Assert.Equal(StorageFault.ReadFailed, failure.Fault);
    }

    [Fact]
    public async Task A_reader_who_leaves_while_the_walk_hangs_waits_for_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var listing = ListAsync(["a", "hang"], cancel.Token);
        _hanging.Take();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_directory_in_which_a_walk_hangs_is_not_touched_again_until_it_came_back()
    {
        string[] paths = ["a", "b/hang", "c"];
        string[] expected = ["File a", "ListingFault b/", "File c"];
        var first = ListAsync(paths);
        HangOnce("b/");
        Assert.Equal(expected, Words(await first.WaitAsync(TimeSpan.FromSeconds(60))));

        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(expected, Words(await ListAsync(paths).WaitAsync(TimeSpan.FromSeconds(60))));
        }

        Assert.Empty(_hanging);
        _release.Set();
        Assert.True(SpinWait.SpinUntil(
            () => !LeftWalks.HangIn(_place, FilePath.FromEscaped("b/"), Patience, _clock), TimeSpan.FromSeconds(60)));
        Assert.Equal(["File a", "File b/hang", "File c"], Words(await ListAsync(paths).WaitAsync(TimeSpan.FromSeconds(60))));
    }

    [Fact]
    public async Task A_walk_whose_reader_left_holds_nobody_up_before_it_has_hung_for_long()
    {
        using var cancel = new CancellationTokenSource();
        var left = ListAsync(["b/hang"], cancel.Token);
        _hanging.Take();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(["File b/1"], Words(await ListAsync(["b/1"]).WaitAsync(TimeSpan.FromSeconds(60))));
        _clock.Advance(Patience);
        Assert.Equal(["ListingFault b/"], Words(await ListAsync(["b/1"]).WaitAsync(TimeSpan.FromSeconds(60))));
    }

    private static IEnumerable<string> Words(List<StorageEntry> entries) =>
        entries.Select(entry => $"{entry.Kind} {entry.Path}");

    private void HangOnce(string directory)
    {
        Assert.Equal(directory, _hanging.Take());

        // The first look sees the call, the others that it is still the same.
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(Patience / 4);
        }
    }

    private async Task<List<StorageEntry>> ListAsync(string[] paths, CancellationToken cancellation = default)
    {
        var entries = new List<StorageEntry>();
        await foreach (var block in Stream(paths, cancellation))
        {
            entries.AddRange(block.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        return entries;
    }

    private IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> Stream(
        string[] paths, CancellationToken cancellation = default) => EntryBlocks.StreamAsync(
            _place,
            (writer, range, stop) => new ListedWalk(this, paths, writer, range, stop),
            PathRange.Everything, Patience, _clock, cancellation);

    /// <summary>Looks at one path after another; at one with a segment "hang" until the test releases it.</summary>
    private sealed class ListedWalk(
        EntryBlocksTests test, string[] paths, EntryWriter writer, PathRange range, CancellationToken stop) : IBlockingWalk
    {
        public FilePath InHand { get; private set; }

        public void Run()
        {
            foreach (var path in paths.Select(FilePath.FromEscaped).Where(range.Contains))
            {
                stop.ThrowIfCancellationRequested();
                InHand = path.Parent.AsRangeKey();
                if (writer.StillHangs(InHand))
                {
                    writer.Write(StorageEntry.NotListed(InHand, StorageFault.Timeout, "still"));
                    continue;
                }

                writer.CallBegins();
                if (path.ToString().Contains("hang", StringComparison.Ordinal))
                {
                    test._hanging.Add(InHand.ToString(), CancellationToken.None);
                    test._release.Wait(CancellationToken.None);
                }

                writer.CallEnded();
                Interlocked.Increment(ref test._calls);
                if (path.ToString() == "fail")
                {
                    throw new StorageException(StorageFault.ReadFailed, path, "as the test asked");
                }

                var own = writer.PathBuffer(path.Bytes.Length);
                path.Bytes.CopyTo(own.Span);
                writer.Write(StorageEntry.File(FilePath.FromEscaped(own), default));
            }
        }
    }
}
