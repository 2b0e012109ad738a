using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>The tree of BLAKE3 while its input arrives: complete subtrees on a stack, an incomplete chunk in a buffer.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", sections 2.1 (tree) and 5.1 (incremental hashing). All whole chunks
/// of a buffer, up to 256, are hashed together, wherever in the tree they lie, and then their parents, level by level:
/// the kernels see as many inputs at once as there are, also in small files. The stack holds one node for each bit set
/// in the number of chunks so far. The one exception: two halves that are the whole input may be the root's children,
/// and the root is compressed with another flag, so they stay apart until more follows.
/// </remarks>
internal sealed unsafe class Blake3Tree(Blake3Kernel kernel, GroupCollector? groups)
{
    private const int ChunkBytes = Blake3Job.ChunkBytes;
    private const int ValueWords = Blake3Job.ValueWords;

    // 2^54 chunks are 2^64 bytes, the longest input; the one more is the second half of a root not yet merged.
    private const int StackDepth = 55;

    // Large enough that most parents are hashed sixteen at a time, small enough for 8 KiB of values on the stack.
    private const int BatchChunks = 256;

    private readonly uint[] _stack = new uint[StackDepth * ValueWords];
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private ulong _firstChunk;
    private ulong _chunks;
    private int _stacked;
    private int _buffered;

    private bool IsSplit => _stacked > BitOperations.PopCount(_chunks);

    /// <param name="firstChunk">Where in a larger input this one begins: on a multiple of the size it may grow to.</param>
    public void Reset(ulong firstChunk = 0)
    {
        _firstChunk = firstChunk;
        _chunks = 0;
        _stacked = 0;
        _buffered = 0;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        // A single chunk may be the root too: it waits until more follows.
        if (_chunks > 0 || data.Length > ChunkBytes - _buffered)
        {
            MergeSplit();
            data = FillChunk(data);
            fixed (byte* chunk = _chunk, start = data)
            {
                var next = start;
                var end = start + data.Length;
                while (_buffered == ChunkBytes || end - next >= ChunkBytes)
                {
                    next += HashBatch(chunk, next, end - next);
                }

                data = data[(int)(next - start)..];
            }
        }

        data.CopyTo(_chunk.AsSpan(_buffered));
        _buffered += data.Length;
    }

    /// <summary>The value of everything appended: of the root, or of the subtree that begins at the first chunk.</summary>
    /// <param name="value">Eight words.</param>
    public void Finish(uint* value, bool isRoot)
    {
        var pair = stackalloc uint[2 * ValueWords];
        var right = pair + ValueWords;
        var input = (byte*)pair;
        var remaining = _stacked;
        var ungrouped = UngroupedNodes(isRoot);
        if (_buffered > 0 || remaining == 0)
        {
            HashLastChunk(right, isRoot && remaining == 0);
        }
        else
        {
            CopyStacked(--remaining, right);
        }

        while (true)
        {
            if (--ungrouped == 0)
            {
                groups?.Add(right, 1);
            }

            if (remaining == 0)
            {
                break;
            }

            CopyStacked(--remaining, pair);
            kernel.Hash(&input, 1, isRoot && remaining == 0 ? Blake3Job.RootParent : Blake3Job.Parents, right);
        }

        Copy(right, value);
    }

    // Nodes at the right edge that make up a last group which is not whole, or not merged yet. A file of a single group
    // has none, so that small files store nothing; a part of a larger file always counts.
    private int UngroupedNodes(bool isWholeFile)
    {
        const ulong groupChunks = HashGroups.GroupBytes / ChunkBytes;
        if (isWholeFile && (_chunks * ChunkBytes) + (uint)_buffered <= HashGroups.GroupBytes)
        {
            return 0;
        }

        var whole = IsSplit
            ? (_chunks <= groupChunks ? _stacked : 0)
            : BitOperations.PopCount(_chunks & (groupChunks - 1));
        return whole + (_buffered > 0 ? 1 : 0);
    }

    private ReadOnlySpan<byte> FillChunk(ReadOnlySpan<byte> data)
    {
        if (_buffered == 0)
        {
            return data;
        }

        var taken = Math.Min(data.Length, ChunkBytes - _buffered);
        data[..taken].CopyTo(_chunk.AsSpan(_buffered));
        _buffered += taken;
        return data[taken..];
    }

    /// <returns>Bytes taken from the data, not counting the buffered chunk.</returns>
    [SkipLocalsInit]
    private int HashBatch(byte* chunk, byte* data, long length)
    {
        var inputs = stackalloc byte*[BatchChunks];
        var nodes = stackalloc uint[(1 + BatchChunks + Blake3Kernel.MaxLanes) * ValueWords];
        var count = 0;
        if (_buffered > 0)
        {
            inputs[count++] = chunk;
            _buffered = 0;
        }

        var taken = (int)Math.Min(length / ChunkBytes, BatchChunks - count);
        for (var i = 0; i < taken; i++)
        {
            inputs[count++] = data + (i * ChunkBytes);
        }

        // One place is free before the nodes, for a left sibling from the stack.
        kernel.Hash(inputs, count, Blake3Job.Chunks(_firstChunk + _chunks), nodes + ValueWords);
        var moreFollows = length > taken * ChunkBytes;
        Fold(nodes + ValueWords, count, inputs, moreFollows);
        return taken * ChunkBytes;
    }

    // Merges the nodes with each other and with the stack, level by level, as far as siblings are there.
    private void Fold(uint* nodes, int count, byte** inputs, bool moreFollows)
    {
        var unpaired = stackalloc uint[StackDepth * ValueWords];
        var unpairedCount = 0;
        var index = _chunks;
        _chunks += (uint)count;

        for (var nodeBytes = (long)ChunkBytes; count > 0; nodeBytes *= 2)
        {
            if (nodeBytes == HashGroups.GroupBytes)
            {
                groups?.Add(nodes, count);
            }

            var to = nodes;
            if ((index & 1) != 0)
            {
                nodes -= ValueWords;
                CopyStacked(--_stacked, nodes);
                index--;
                count++;
            }

            if ((count & 1) != 0)
            {
                count--;
                Copy(nodes + (count * ValueWords), unpaired + (unpairedCount++ * ValueWords));
            }

            if (count == 2 && index == 0 && unpairedCount == 0 && !moreFollows)
            {
                Push(nodes);
                Push(nodes + ValueWords);
                return;
            }

            count /= 2;
            index /= 2;
            HashParents(nodes, count, inputs, to);
            nodes = to;
        }

        while (unpairedCount > 0)
        {
            Push(unpaired + (--unpairedCount * ValueWords));
        }
    }

    private void HashParents(uint* children, int parents, byte** inputs, uint* to)
    {
        for (var i = 0; i < parents; i++)
        {
            inputs[i] = (byte*)(children + (i * 2 * ValueWords));
        }

        kernel.Hash(inputs, parents, Blake3Job.Parents, to);
    }

    private void HashLastChunk(uint* value, bool isRoot)
    {
        var job = Blake3Job.LastChunk(_firstChunk + _chunks, _buffered, isRoot);
        _chunk.AsSpan(_buffered, (job.Blocks * Blake3Job.BlockBytes) - _buffered).Clear();
        fixed (byte* chunk = _chunk)
        {
            var input = chunk;
            kernel.Hash(&input, 1, job, value);
        }
    }

    private void MergeSplit()
    {
        if (!IsSplit)
        {
            return;
        }

        fixed (uint* stack = _stack)
        {
            var input = (byte*)stack;
            kernel.Hash(&input, 1, Blake3Job.Parents, stack);
            _stacked--;
            if (_chunks * ChunkBytes == HashGroups.GroupBytes)
            {
                groups?.Add(stack, 1);
            }
        }
    }

    private void Push(uint* value) =>
        new ReadOnlySpan<uint>(value, ValueWords).CopyTo(_stack.AsSpan(_stacked++ * ValueWords));

    private void CopyStacked(int index, uint* value) =>
        _stack.AsSpan(index * ValueWords, ValueWords).CopyTo(new Span<uint>(value, ValueWords));

    private static void Copy(uint* from, uint* to) =>
        new ReadOnlySpan<uint>(from, ValueWords).CopyTo(new Span<uint>(to, ValueWords));
}
