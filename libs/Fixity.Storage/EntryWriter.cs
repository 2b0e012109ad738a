using System.Threading.Channels;
using Fixity.Core;

namespace Fixity.Storage;

/// <summary>Takes entries one by one and hands them over by the block, and knows whether its walk hangs in a call.</summary>
public sealed class EntryWriter
{
    private const long Abandoned = -1;

    private readonly WatchedListing? _listing;
    private readonly BlockPool _pool;
    private readonly ChannelWriter<EntryBlock> _full;
    private readonly CancellationToken _stop;
    private EntryBlock? _block;

    // Counts beginnings and endings: odd while a call is under way.
    private long _call;

    internal EntryWriter(
        BlockPool pool, ChannelWriter<EntryBlock> full, CancellationToken stop, WatchedListing? listing = null)
    {
        _listing = listing;
        _pool = pool;
        _full = full;
        _stop = stop;
    }

    internal bool IsAbandoned => Volatile.Read(ref _call) == Abandoned;

    /// <summary>A number of its own for the call under way; null outside of one, as when the reader is waited for.</summary>
    internal long? CallUnderWay => Volatile.Read(ref _call) is var call && (call & 1) != 0 && call != Abandoned ? call : null;

    /// <summary>Whether an earlier walk hangs in this directory to this day: then it is a fault without being touched.</summary>
    public bool StillHangs(FilePath directory) => _listing?.StillHangs(directory) == true;

    /// <summary>A call to the storage begins, which may hang: until it ended the walk changes nothing that others see.</summary>
    public void CallBegins()
    {
        if (!IsAbandoned)
        {
            Volatile.Write(ref _call, _call + 1);
        }
    }

    /// <exception cref="OperationCanceledException">The call took too long: another goes on in this walk's place.</exception>
    public void CallEnded()
    {
        var call = _call;
        if (call == Abandoned || Interlocked.CompareExchange(ref _call, call + 1, call) != call)
        {
            throw new OperationCanceledException("The call took too long: another walk goes on in this one's place.");
        }
    }

    /// <summary>Room for the escaped bytes of the next entry's path, in the memory of the block that will carry it.</summary>
    public Memory<byte> PathBuffer(int length)
    {
        var block = _block ??= _pool.Take(_stop);
        if (!block.HasRoomFor(length))
        {
            Flush();
            block = _block = _pool.Take(_stop);
        }

        return block.TakePath(length);
    }

    public void Write(in StorageEntry entry)
    {
        _block ??= _pool.Take(_stop);
        _block.Add(entry);
        if (_block.IsFull)
        {
            Flush();
        }
    }

    internal void Flush()
    {
        if (_block is { IsEmpty: false } block)
        {
            _block = null;

            // Unbounded, and bounded all the same by the number of blocks; refused only when the reader is gone.
            _full.TryWrite(block);
        }

        _stop.ThrowIfCancellationRequested();
    }

    /// <summary>Takes the walk's part from it, unless the call has ended meanwhile. Then all that it wrote is another's.</summary>
    internal bool TryAbandon(long call) => Interlocked.CompareExchange(ref _call, Abandoned, call) == call;

    /// <summary>A writer for the walk that goes on, with the entries that this one had not yet handed over.</summary>
    internal EntryWriter Successor() => new(_pool, _full, _stop, _listing) { _block = _block };
}
