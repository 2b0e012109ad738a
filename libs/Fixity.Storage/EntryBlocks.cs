using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Fixity.Storage;

/// <summary>Runs a walk that blocks (system calls) on a thread of its own and streams what it finds, in reused memory.</summary>
/// <remarks>
/// A few blocks go round between the walk and its reader: the walk is ahead by as many and no more, and memory stays the
/// same however many files there are. A thread, because a call that hangs must not take one of the pool's.
/// </remarks>
public static class EntryBlocks
{
    private const int BlocksInFlight = 4;

    /// <param name="walk">Writes entries in path order; ends early by <see cref="OperationCanceledException"/>.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> StreamAsync(
        Action<EntryWriter, CancellationToken> walk, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var free = new BlockingCollection<EntryBlock>();
        var full = Channel.CreateUnbounded<EntryBlock>(new UnboundedChannelOptions { SingleReader = true });
        for (var i = 0; i < BlocksInFlight; i++)
        {
            free.Add(new EntryBlock(), cancellation);
        }

        new Thread(() => Run(walk, free, full.Writer, stop.Token)) { IsBackground = true, Name = "fixity-walk" }.Start();

        try
        {
            await foreach (var block in full.Reader.ReadAllAsync(cancellation))
            {
                yield return block.Entries;
                block.Clear();
                free.Add(block, cancellation);
            }
        }
        finally
        {
            await stop.CancelAsync();

            // A walk that hangs in a call looks at them once more when it returns: then they are left to the collector.
            if (full.Reader.Completion.IsCompleted)
            {
                stop.Dispose();
                free.Dispose();
            }
        }
    }

    private static void Run(
        Action<EntryWriter, CancellationToken> walk,
        BlockingCollection<EntryBlock> free,
        ChannelWriter<EntryBlock> full,
        CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            var writer = new EntryWriter(free, full, stop);
            walk(writer, stop);
            writer.Flush();
        }
#pragma warning disable CA1031 // Not swallowed: it ends the stream, and the reader throws it.
        catch (Exception caught)
#pragma warning restore CA1031
        {
            failure = caught;
        }

        // Only a walk that ended well completes without an error: a broken one must not look like a whole one.
        full.Complete(failure);
    }
}

/// <summary>Takes entries one by one and hands them over by the block.</summary>
public sealed class EntryWriter
{
    private readonly BlockingCollection<EntryBlock> _free;
    private readonly ChannelWriter<EntryBlock> _full;
    private readonly CancellationToken _stop;
    private EntryBlock? _block;

    internal EntryWriter(
        BlockingCollection<EntryBlock> free, ChannelWriter<EntryBlock> full, CancellationToken stop)
    {
        _free = free;
        _full = full;
        _stop = stop;
    }

    /// <summary>Room for the escaped bytes of the next entry's path, in the memory of the block that will carry it.</summary>
    public Memory<byte> PathBuffer(int length)
    {
        var block = _block ??= _free.Take(_stop);
        if (!block.HasRoomFor(length))
        {
            Flush();
            block = _block = _free.Take(_stop);
        }

        return block.TakePath(length);
    }

    public void Write(in StorageEntry entry)
    {
        _block ??= _free.Take(_stop);
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
}

internal sealed class EntryBlock
{
    private const int Capacity = 512;
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
