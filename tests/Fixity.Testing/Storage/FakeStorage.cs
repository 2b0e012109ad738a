using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Testing.Storage;

/// <summary>A storage in memory that behaves, and misbehaves on request: faults, stalls, changes while it is read.</summary>
/// <remarks>It uses the memory of a block again as soon as it may, so that a reader who keeps it is found out.</remarks>
public sealed class FakeStorage : IStorageBackend
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<FilePath, FakeFile> _files = [];

    public StorageCapabilities Capabilities { get; init; } =
        new(64, HasRawNames: true, HasCtime: true, HasExtendedAttributes: true);

    public TimeSpan MtimeGranularity { get; set; }

    /// <summary>What the root says it is; null: it cannot be reached.</summary>
    public string? Identity { get; set; } = "fake:1";

    /// <summary>Range keys (<c>dir/</c>) of folders that cannot be listed.</summary>
    public Dictionary<FilePath, StorageFault> ListingFaults { get; } = [];

    /// <summary>Paths that are something else than regular files; <c>dir/</c> for a mount; an archived file is both.</summary>
    public Dictionary<FilePath, SkipKind> Specials { get; } = [];

    /// <summary>What is mounted below the root, by the key of its range or the path of one file.</summary>
    public Dictionary<FilePath, string> Mounts { get; } = [];

    /// <summary>Files whose metadata cannot be read.</summary>
    public Dictionary<FilePath, StorageFault> EntryFaults { get; } = [];

    /// <summary>Called with each file that is opened, before it is.</summary>
    public Func<FilePath, CancellationToken, Task>? Opening { get; set; }

    /// <summary>Called before each block of a listing.</summary>
    public Func<CancellationToken, Task>? Listing { get; set; }

    /// <summary>Called before each read, with its offset.</summary>
    public Func<FilePath, long, CancellationToken, Task>? Reading { get; set; }

    /// <summary>The content comes with the opening, and a look at the file after it; <see cref="Reading"/> lies between.</summary>
    public bool ReadsWhenOpening { get; set; }

    /// <summary>What the root answers instead of saying what it is; null: it says it.</summary>
    public StorageException? Refusal { get; set; }

    public int Probes { get; private set; }

    /// <summary>What the last listing was given; it lists all the same, as a storage may.</summary>
    public IEntryFilter? Filter { get; private set; }

    /// <summary>Every path that was opened, in the order of the opening.</summary>
    public List<FilePath> Opened { get; } = [];

    /// <summary>How often a file was looked at by its name.</summary>
    public int Looks { get; private set; }

    public IReadOnlyDictionary<FilePath, FakeFile> Files => _files;

    public FakeFile this[string path] => _files[FilePath.FromEscaped(path)];

    public void Put(FilePath path, FakeFile file)
    {
        lock (_lock)
        {
            _files[path.ToOwned()] = file;
        }
    }

    public void Put(string path, string content, long mtimeNs = 1) =>
        Put(FilePath.FromEscaped(path), new FakeFile(System.Text.Encoding.UTF8.GetBytes(content), mtimeNs));

    public bool Remove(FilePath path)
    {
        lock (_lock)
        {
            return _files.Remove(path);
        }
    }

    public bool Remove(string path) => Remove(FilePath.FromEscaped(path));

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
    {
        Probes++;
        if (Refusal is { } refusal)
        {
            throw refusal;
        }

        return Identity is { } identity
            ? Task.FromResult(new StorageProbe(identity, MtimeGranularity))
            : throw new StorageException(StorageFault.Configuration, default, "the root is not there");
    }

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        Filter = filter;
        var blocks = new ReusedBlocks<StorageEntry>(
            entry => entry with { Path = ReusedBlocks.Copy(entry.Path) }, entry => ReusedBlocks.Poison(entry.Path));
        foreach (var block in Entries(range).Chunk(3))
        {
            await Task.Yield();
            await (Listing?.Invoke(cancellation) ?? Task.CompletedTask);
            cancellation.ThrowIfCancellationRequested();
            yield return blocks.Next(block);
        }
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Looks++;
            return ValueTask.FromResult<StorageEntry?>(
                Specials.TryGetValue(path, out var kind) ? StorageEntry.Skipped(path, kind)
                : _files.TryGetValue(path, out var file) ? StorageEntry.File(path, file.Metadata)
                : null);
        }
    }

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var file)
                ? ValueTask.FromResult(file.Attributes)
                : throw new StorageException(StorageFault.Gone, path, "no such file");
        }
    }

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Opened.Add(path.ToOwned());
        }

        await (Opening?.Invoke(path, cancellation) ?? Task.CompletedTask);
        var file = Find(path);
        if (!ReadsWhenOpening)
        {
            return new OpenFile(this, path, file);
        }

        await (Reading?.Invoke(path, 0, cancellation) ?? Task.CompletedTask);
        return new WholeFile(file, Now(path, file).Metadata);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private FakeFile Find(FilePath path)
    {
        lock (_lock)
        {
            return !_files.TryGetValue(path, out var file)
                ? throw new StorageException(StorageFault.Gone, path, "no such file")
                : file.OpenFault is { } fault
                ? throw new StorageException(fault, path, "as the test asked")
                : file;
        }
    }

    // By a handle: what was put under its name is another file.
    private FakeFile Now(FilePath path, FakeFile file) =>
        _files.TryGetValue(path, out var now) && now.FileId == file.FileId ? now : file;

    private List<StorageEntry> Entries(PathRange range)
    {
        lock (_lock)
        {
            var faults = ListingFaults.Where(fault => range.Overlaps(fault.Key))
                .Select(fault => StorageEntry.NotListed(fault.Key, fault.Value, "as the test asked"));
            var mounts = Mounts.Where(mount => mount.Key.IsRangeKey && range.Overlaps(mount.Key))
                .Select(mount => StorageEntry.Mounted(mount.Key, mount.Value));
            var entries = _files.Where(file => !Specials.ContainsKey(file.Key) && !EntryFaults.ContainsKey(file.Key))
                .Select(file => StorageEntry.File(file.Key, file.Value.Metadata) with
                {
                    Mount = Mounts.GetValueOrDefault(file.Key),
                })
                .Concat(Specials.Select(special => StorageEntry.Skipped(special.Key, special.Value) with
                {
                    Metadata = _files.TryGetValue(special.Key, out var file) ? file.Metadata : default,
                }))
                .Concat(EntryFaults.Select(fault => StorageEntry.Faulty(fault.Key, fault.Value, "as the test asked")))
                .Where(entry => range.Contains(entry.Path)).Concat(mounts)
                .Where(entry => !ListingFaults.Keys.Any(fault => entry.Path == fault || entry.Path.IsBelow(fault)));
            return [.. entries.Concat(faults).OrderBy(entry => entry.Path)];
        }
    }

    private sealed class OpenFile(FakeStorage storage, FilePath path, FakeFile file) : IStorageFile
    {
        public StorageEvidence? Evidence => file.Evidence;

        public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation) =>
            ValueTask.FromResult(storage.Now(path, file).Metadata);

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            await (storage.Reading?.Invoke(path, offset, cancellation) ?? Task.CompletedTask);
            cancellation.ThrowIfCancellationRequested();
            if (file.ReadFault is { } fault)
            {
                throw new StorageException(fault, path, "as the test asked");
            }

            return storage.Now(path, file).CopyTo(offset, buffer);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class WholeFile(FakeFile file, FileMetadata after) : IStorageFile
    {
        public FileMetadata? SeenAfterReading => after;

        public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation) => ValueTask.FromResult(file.Metadata);

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
            ValueTask.FromResult(file.CopyTo(offset, buffer));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
