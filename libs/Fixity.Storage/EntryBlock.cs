namespace Fixity.Storage;

/// <summary>Some entries with the memory of their paths, used again and again.</summary>
internal sealed class EntryBlock
{
    // So many, and so few bytes, that neither array is a large one: those are freed by a collection of everything alone.
    public const int Capacity = 480;
    private const int PathBytes = 64 * 1024;

    private readonly StorageEntry[] _entries = new StorageEntry[Capacity];
    private byte[] _paths = new byte[PathBytes];
    private int _count;
    private int _used;

    public ReadOnlyMemory<StorageEntry> Entries => _entries.AsMemory(0, _count);

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count == Capacity;

    public bool HasRoomFor(int pathBytes) => _count == 0 || _used + pathBytes <= _paths.Length;

    public Memory<byte> TakePath(int length)
    {
        if (_used + length > _paths.Length)
        {
            _paths = new byte[Math.Max(length, PathBytes)];
            _used = 0;
        }

        var path = _paths.AsMemory(_used, length);
        _used += length;
        return path;
    }

    public void Add(in StorageEntry entry) => _entries[_count++] = entry;

    public void Clear()
    {
        _count = 0;
        _used = 0;
    }
}

/// <summary>The few blocks that go round between a walk and its reader, so that a slow reader holds the walk.</summary>
/// <remarks>A plain monitor: what spins before it waits costs a core that hashing could use.</remarks>
internal sealed class BlockPool
{
    public const int BlocksInFlight = 8;

    private readonly object _lock = new();
    private readonly Stack<EntryBlock> _free = new();
    private int _made;
    private bool _closed;

    public EntryBlock Take(CancellationToken stop)
    {
        lock (_lock)
        {
            while (!_closed)
            {
                if (_free.TryPop(out var block))
                {
                    return block;
                }

                if (_made < BlocksInFlight)
                {
                    _made++;
                    return new EntryBlock();
                }

                Monitor.Wait(_lock);
            }
        }

        stop.ThrowIfCancellationRequested();
        throw new OperationCanceledException();
    }

    public void GiveBack(EntryBlock block)
    {
        block.Clear();
        lock (_lock)
        {
            _free.Push(block);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Nobody reads any more: whoever waits for a block is told so.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
