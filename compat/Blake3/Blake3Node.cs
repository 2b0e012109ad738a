using System.Runtime.CompilerServices;

namespace Blake3;

/// <summary>The last compression of a chunk or parent, not yet done: as a child it gives a value, as the root output.</summary>
internal struct Blake3Node
{
    private SixteenWords _block;
    private EightWords _value;
    private ulong _counter;
    private int _blockBytes;
    private Blake3Flags _flags;

    /// <param name="chunk">At most a chunk; empty only when the whole input is.</param>
    public static Blake3Node OfChunk(ReadOnlySpan<byte> chunk, in Blake3Key key, ulong index)
    {
        var node = new Blake3Node
        {
            _counter = index,
            _blockBytes = Blake3Kernel.BlockBytes,
            _flags = key.Flags | Blake3Flags.ChunkStart,
        };
        key.Words.CopyTo(node._value);

        while (chunk.Length > Blake3Kernel.BlockBytes)
        {
            Blake3Scalar.ReadWords(chunk[..Blake3Kernel.BlockBytes], node._block);
            node.ChainingValue(node._value);
            node._flags &= ~Blake3Flags.ChunkStart;
            chunk = chunk[Blake3Kernel.BlockBytes..];
        }

        Span<byte> last = stackalloc byte[Blake3Kernel.BlockBytes];
        last.Clear();
        chunk.CopyTo(last);
        Blake3Scalar.ReadWords(last, node._block);
        node._blockBytes = chunk.Length;
        node._flags |= Blake3Flags.ChunkEnd;
        return node;
    }

    /// <param name="children">The two values below, left then right.</param>
    public static Blake3Node OfParent(ReadOnlySpan<uint> children, in Blake3Key key)
    {
        var node = new Blake3Node { _blockBytes = Blake3Kernel.BlockBytes, _flags = key.Flags | Blake3Flags.Parent };
        children.CopyTo(node._block);
        key.Words.CopyTo(node._value);
        return node;
    }

    public readonly void ChainingValue(Span<uint> value)
    {
        Span<uint> state = stackalloc uint[16];
        Blake3Scalar.Compress(_value, _block, _counter, _blockBytes, _flags, state);
        state[..8].CopyTo(value);
    }

    /// <summary>One block of the output that the root extends to.</summary>
    public readonly void Extend(ulong block, Span<uint> words) =>
        Blake3Scalar.Compress(_value, _block, block, _blockBytes, _flags | Blake3Flags.Root, words);

    [InlineArray(16)]
    private struct SixteenWords
    {
        private uint _first;
    }

    [InlineArray(8)]
    private struct EightWords
    {
        private uint _first;
    }
}
