using System.Numerics;

namespace Blake3;

/// <summary>The tree of BLAKE3 while its input arrives: finished subtrees on a stack, the last chunk in a buffer.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", sections 2.1 (tree) and 5.1 (incremental hashing). A subtree is
/// merged with its left neighbour only when more input follows it: until then it might be the root, which is
/// compressed with another flag. That is also why a subtree arrives on the stack as its two children.
/// </remarks>
internal sealed class Blake3State(Blake3Key key)
{
    private const int ChunkBytes = Blake3Kernel.ChunkBytes;
    private const int WordsPerValue = Blake3Kernel.WordsPerValue;

    // 2^54 chunks are 2^64 bytes, the longest input; the one more is the second child of a subtree not yet merged.
    private const int StackDepth = 55;

    // Large enough that the parents are hashed many at a time, small enough for 8 KiB of values on the stack.
    private const int SubtreeChunksMax = 256;

    private readonly Blake3Key _key = key;
    private readonly uint[] _stack = new uint[StackDepth * WordsPerValue];
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private int _stacked;
    private int _buffered;
    private ulong _chunks;

    public void Reset()
    {
        _stacked = 0;
        _buffered = 0;
        _chunks = 0;
    }

    public void Update(ReadOnlySpan<byte> input)
    {
        if (_buffered > 0)
        {
            var taken = Math.Min(input.Length, ChunkBytes - _buffered);
            input[..taken].CopyTo(_chunk.AsSpan(_buffered));
            _buffered += taken;
            input = input[taken..];
            if (input.IsEmpty)
            {
                return;
            }

            PushSubtree(_chunk);
            _buffered = 0;
        }

        while (input.Length > ChunkBytes)
        {
            var subtree = NextSubtreeChunks(input.Length) * ChunkBytes;
            PushSubtree(input[..subtree]);
            input = input[subtree..];
        }

        if (!input.IsEmpty)
        {
            input.CopyTo(_chunk);
            _buffered = input.Length;
            MergeStack(_chunks);
        }
    }

    /// <summary>Writes output bytes from <paramref name="offset"/> on. Leaves the state as it is.</summary>
    public void Finish(ulong offset, Span<byte> output)
    {
        var root = Root();
        Span<uint> words = stackalloc uint[16];
        Span<byte> bytes = stackalloc byte[Blake3Kernel.BlockBytes];

        while (!output.IsEmpty)
        {
            root.Extend(offset / Blake3Kernel.BlockBytes, words);
            Blake3Scalar.WriteWords(words, bytes);
            var skip = (int)(offset % Blake3Kernel.BlockBytes);
            var taken = Math.Min(output.Length, bytes.Length - skip);
            bytes.Slice(skip, taken).CopyTo(output);
            output = output[taken..];
            offset += (uint)taken;
        }
    }

    // As many chunks as there are, but a power of two, and no more than complete a subtree of what came before.
    private int NextSubtreeChunks(int inputBytes)
    {
        var chunks = 1 << BitOperations.Log2((uint)(inputBytes / ChunkBytes));
        chunks = Math.Min(chunks, SubtreeChunksMax);
        return _chunks == 0 ? chunks : (int)Math.Min((ulong)chunks, _chunks & (~_chunks + 1));
    }

    private void PushSubtree(ReadOnlySpan<byte> subtree)
    {
        var chunks = subtree.Length / ChunkBytes;
        Span<uint> values = stackalloc uint[SubtreeChunksMax * WordsPerValue];
        Blake3Kernel.Best.HashChunks(subtree, _key, _chunks, values);

        for (var count = chunks; count > 2; count /= 2)
        {
            Blake3Kernel.Best.HashParents(values, count / 2, _key);
        }

        Push(values[..WordsPerValue], _chunks);
        if (chunks > 1)
        {
            Push(values.Slice(WordsPerValue, WordsPerValue), _chunks + (uint)(chunks / 2));
        }

        _chunks += (uint)chunks;
    }

    /// <param name="chunksBefore">Chunks to the left of this value: every subtree they complete can be merged now.</param>
    private void Push(ReadOnlySpan<uint> value, ulong chunksBefore)
    {
        MergeStack(chunksBefore);
        value.CopyTo(_stack.AsSpan(_stacked * WordsPerValue));
        _stacked++;
    }

    // n chunks form one complete subtree for each bit set in n.
    private void MergeStack(ulong chunks)
    {
        var complete = BitOperations.PopCount(chunks);
        while (_stacked > complete)
        {
            Blake3Scalar.HashParent(_stack.AsSpan((_stacked - 2) * WordsPerValue), _key);
            _stacked--;
        }
    }

    private Blake3Node Root()
    {
        var remaining = _stacked;
        Blake3Node node;
        if (_buffered > 0 || _stacked == 0)
        {
            node = Blake3Node.OfChunk(_chunk.AsSpan(0, _buffered), _key, _chunks);
        }
        else
        {
            remaining -= 2;
            node = Blake3Node.OfParent(_stack.AsSpan(remaining * WordsPerValue, 2 * WordsPerValue), _key);
        }

        Span<uint> children = stackalloc uint[2 * WordsPerValue];
        while (remaining > 0)
        {
            remaining--;
            _stack.AsSpan(remaining * WordsPerValue, WordsPerValue).CopyTo(children);
            node.ChainingValue(children[WordsPerValue..]);
            node = Blake3Node.OfParent(children, _key);
        }

        return node;
    }
}
