using System.Diagnostics;
using System.Text;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Storage.Local;
using Fixity.Testing.Scanning;

namespace Fixity.Scanning.Tests;

/// <summary>Real files that lose their name to another, or to nothing, between two reads: the engine must not be taken in.</summary>
public sealed class ReplacedWhileReadTests : IDisposable
{
    private static readonly DateTime SomeTime = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _root = Directory.CreateTempSubdirectory("fixity-replaced-").FullName;
    private readonly MemoryBaseline _baseline = new();
    private readonly FakeSegmentControl _control = new();

    public void Dispose()
    {
        _control.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_file_renamed_over_the_one_read_is_the_one_recorded()
    {
        Write("dir/f", "old");
        Write("new", "new"); // As long and as old as the other: only inode, ctime and links tell.
        await ScanAsync(() => File.Move(Full("new"), Full("dir/f"), overwrite: true));

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _baseline["dir/f"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_file_renamed_over_the_one_read_is_seen_where_another_name_of_it_stays()
    {
        Write("dir/f", "old");
        Write("new", "new");
        await ScanAsync(() =>
        {
            using (var link = Process.Start("ln", [Full("dir/f"), Full("other")]))
            {
                link.WaitForExit();
                Assert.Equal(0, link.ExitCode);
            }

            File.Move(Full("new"), Full("dir/f"), overwrite: true);
        });

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _baseline["dir/f"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_file_deleted_while_read_is_not_recorded()
    {
        Write("dir/f", "content");
        await ScanAsync(() => File.Delete(Full("dir/f")));

        Assert.Empty(_baseline.Rows);
    }

    [Fact]
    public async Task A_file_moved_away_while_read_is_not_recorded_under_its_old_name()
    {
        Write("dir/f", "content");
        await ScanAsync(() => File.Move(Full("dir/f"), Full("dir/moved")));

        Assert.DoesNotContain(_baseline.Rows.Keys, path => path.ToString() == "dir/f");
    }

    [Fact]
    public async Task A_file_rewritten_in_place_while_read_is_read_again()
    {
        Write("dir/f", "old");
        await ScanAsync(() => File.WriteAllText(Full("dir/f"), "new"));

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _baseline["dir/f"].Checksum.ToArray());
    }

    [Fact]
    public async Task An_undisturbed_file_is_not_looked_for_by_name()
    {
        Write("dir/f", "content");

        var looks = (await ScanAsync(() => { })).LooksByName;

        // Where the tests run on a file system whose handles do not tell (an overlay), the name is asked.
        await using var storage = LocalStorage.Open(_root);
        Assert.Equal((await storage.ProbeAsync(CancellationToken.None)).HandleTellsReplacement ? 0 : 1, looks);
        Assert.Single(_baseline.Rows);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_within_the_tick_of_the_clock_or_on_a_forgetful_server_is_found_by_name(bool isForgotten)
    {
        Write("dir/f", "content");

        var storage = await ScanAsync(
            () => File.Delete(Full("dir/f")),
            before => isForgotten
                ? throw new StorageException(StorageFault.Connection, default, "stale")
                : before with { Links = 0 });

        Assert.Equal(1, storage.LooksByName);
        Assert.Empty(_baseline.Rows);
    }

    /// <param name="held">What the handle is to say after the read, by what it said before; null: the truth.</param>
    private async Task<DisturbedReads> ScanAsync(Action disturb, Func<FileMetadata, FileMetadata>? held = null)
    {
        // "dir/f" sorts before the others: what the listing saw of them does not matter, what is read of it does.
        await using var storage = new DisturbedReads(LocalStorage.Open(_root), FilePath.FromEscaped("dir/f"), disturb, held);
        await new SegmentScanner(storage, _baseline, _baseline, _control, new SegmentLimits(), TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), CancellationToken.None);
        Assert.True(storage.WasDisturbed);
        return storage;
    }

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path)) ?? _root);
        File.WriteAllBytes(Full(path), Encoding.UTF8.GetBytes(content));
        File.SetLastWriteTimeUtc(Full(path), SomeTime);
    }

    private string Full(string path) => Path.Join(_root, path);
}

/// <summary>A storage on which something happens to one file right after the first of its bytes were read.</summary>
internal sealed class DisturbedReads(
    IStorageBackend inner, FilePath victim, Action disturb, Func<FileMetadata, FileMetadata>? held) : IStorageBackend
{
    private int _looksByName;

    public bool WasDisturbed { get; private set; }

    public int LooksByName => Volatile.Read(ref _looksByName);

    public StorageCapabilities Capabilities => inner.Capabilities;

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => inner.ProbeAsync(cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
        inner.ListAsync(range, cancellation, filter);

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _looksByName);
        return inner.StatAsync(path, cancellation);
    }

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        inner.ReadAttributesAsync(path, cancellation);

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        var file = await inner.OpenAsync(path, source, cancellation);
        return path == victim && !WasDisturbed ? new DisturbedFile(this, file) : file;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class DisturbedFile(DisturbedReads owner, IStorageFile file) : IStorageFile
    {
        private FileMetadata _before;

        public async ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
        {
            if (owner.WasDisturbed && owner.Held is { } held)
            {
                return held(_before);
            }

            return _before = await file.StatAsync(cancellation);
        }

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            var read = await file.ReadAsync(offset, buffer, cancellation);
            if (!owner.WasDisturbed)
            {
                owner.WasDisturbed = true;
                owner.Disturb();
            }

            return read;
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }

    private Func<FileMetadata, FileMetadata>? Held => held;

    private void Disturb() => disturb();
}
