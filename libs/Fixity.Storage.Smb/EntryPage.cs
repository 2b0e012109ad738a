using Fixity.Core;

namespace Fixity.Storage.Smb;

/// <summary>The block of entries that a listing hands over, and fills again when its reader asks for the next.</summary>
internal sealed class EntryPage
{
    private const int Capacity = 1024;
    private const int PathBytes = 128 * 1024;

    private readonly StorageEntry[] _entries = new StorageEntry[Capacity];
    private byte[] _paths = new byte[PathBytes];
    private int _count;
    private int _used;

    public ReadOnlyMemory<StorageEntry> Entries => _entries.AsMemory(0, _count);

    public bool IsEmpty => _count == 0;

    /// <summary>Whether there is no room for one more entry with a path of this length.</summary>
    public bool IsFullFor(int pathBytes) => _count == Capacity || (_count > 0 && _used + pathBytes > _paths.Length);

    public FilePath Copy(ReadOnlySpan<byte> path)
    {
        if (_used + path.Length > _paths.Length)
        {
            _paths = new byte[path.Length];
            _used = 0;
        }

        path.CopyTo(_paths.AsSpan(_used));
        var copy = FilePath.FromEscaped(_paths.AsMemory(_used, path.Length));
        _used += path.Length;
        return copy;
    }

    public void Add(in StorageEntry entry) => _entries[_count++] = entry;

    public void Clear() => (_count, _used) = (0, 0);
}
