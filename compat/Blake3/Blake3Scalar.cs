using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Blake3;

/// <summary>BLAKE3 one block at a time, as the paper writes it: the oracle for the vector kernels.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", section 2.2. The seven rounds differ only in the order of the
/// message words; written out, the permutation costs nothing at run time.
/// </remarks>
internal sealed class Blake3Scalar : Blake3Kernel
{
    public override void HashChunks(
        ReadOnlySpan<byte> chunks, in Blake3Key key, ulong firstChunk, Span<uint> values)
    {
        for (var i = 0; (i + 1) * ChunkBytes <= chunks.Length; i++)
        {
            var chunk = Blake3Node.OfChunk(chunks.Slice(i * ChunkBytes, ChunkBytes), key, firstChunk + (uint)i);
            chunk.ChainingValue(values.Slice(i * WordsPerValue, WordsPerValue));
        }
    }

    public override void HashParents(Span<uint> values, int parents, in Blake3Key key)
    {
        for (var i = 0; i < parents; i++)
        {
            HashParent(values.Slice(2 * i * WordsPerValue, 2 * WordsPerValue), key);
            values.Slice(2 * i * WordsPerValue, WordsPerValue).CopyTo(values[(i * WordsPerValue)..]);
        }
    }

    /// <summary>Replaces the left one of two children by their parent.</summary>
    public static void HashParent(Span<uint> children, in Blake3Key key) =>
        Blake3Node.OfParent(children[..(2 * WordsPerValue)], key).ChainingValue(children);

    public static void ReadWords(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        }
    }

    public static void WriteWords(ReadOnlySpan<uint> words, Span<byte> bytes)
    {
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * i)..], words[i]);
        }
    }

    /// <summary>The compression function: the first half of the output is the chaining value.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(
        ReadOnlySpan<uint> value,
        ReadOnlySpan<uint> block,
        ulong counter,
        int blockBytes,
        Blake3Flags flags,
        Span<uint> output)
    {
        value = value[..8];
        block = block[..16];
        output = output[..16];
        var initial = Blake3Key.InitialWords;

        uint v0 = value[0], v1 = value[1], v2 = value[2], v3 = value[3];
        uint v4 = value[4], v5 = value[5], v6 = value[6], v7 = value[7];
        uint v8 = initial[0], v9 = initial[1], v10 = initial[2], v11 = initial[3];
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = (uint)blockBytes, v15 = (uint)flags;

        uint m0 = block[0], m1 = block[1], m2 = block[2], m3 = block[3];
        uint m4 = block[4], m5 = block[5], m6 = block[6], m7 = block[7];
        uint m8 = block[8], m9 = block[9], m10 = block[10], m11 = block[11];
        uint m12 = block[12], m13 = block[13], m14 = block[14], m15 = block[15];

        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m2, m6, m3, m10, m7, m0, m4, m13, m1, m11, m12, m5, m9, m14, m15, m8);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m3, m4, m10, m12, m13, m2, m7, m14, m6, m5, m9, m0, m11, m15, m8, m1);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m10, m7, m12, m9, m14, m3, m13, m15, m4, m0, m11, m2, m5, m8, m1, m6);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m12, m13, m9, m11, m15, m10, m14, m8, m7, m2, m5, m3, m0, m1, m6, m4);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m9, m14, m11, m5, m8, m12, m15, m1, m13, m3, m0, m10, m2, m6, m4, m7);
        Round(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m11, m15, m5, m0, m1, m9, m8, m6, m14, m10, m2, m12, m3, m4, m7, m13);

        // The upper half first: the output may be where the value was.
        output[8] = v8 ^ value[0];
        output[9] = v9 ^ value[1];
        output[10] = v10 ^ value[2];
        output[11] = v11 ^ value[3];
        output[12] = v12 ^ value[4];
        output[13] = v13 ^ value[5];
        output[14] = v14 ^ value[6];
        output[15] = v15 ^ value[7];
        output[0] = v0 ^ v8;
        output[1] = v1 ^ v9;
        output[2] = v2 ^ v10;
        output[3] = v3 ^ v11;
        output[4] = v4 ^ v12;
        output[5] = v5 ^ v13;
        output[6] = v6 ^ v14;
        output[7] = v7 ^ v15;
    }

    /// <summary>The quarter round: mixes two message words into one column or diagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void G(ref uint a, ref uint b, ref uint c, ref uint d, uint mx, uint my)
    {
        a += b + mx;
        d = uint.RotateRight(d ^ a, 16);
        c += d;
        b = uint.RotateRight(b ^ c, 12);
        a += b + my;
        d = uint.RotateRight(d ^ a, 8);
        c += d;
        b = uint.RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref uint v0, ref uint v1, ref uint v2, ref uint v3,
        ref uint v4, ref uint v5, ref uint v6, ref uint v7,
        ref uint v8, ref uint v9, ref uint v10, ref uint v11,
        ref uint v12, ref uint v13, ref uint v14, ref uint v15,
        uint m0, uint m1, uint m2, uint m3, uint m4, uint m5, uint m6, uint m7,
        uint m8, uint m9, uint m10, uint m11, uint m12, uint m13, uint m14, uint m15)
    {
        G(ref v0, ref v4, ref v8, ref v12, m0, m1);
        G(ref v1, ref v5, ref v9, ref v13, m2, m3);
        G(ref v2, ref v6, ref v10, ref v14, m4, m5);
        G(ref v3, ref v7, ref v11, ref v15, m6, m7);
        G(ref v0, ref v5, ref v10, ref v15, m8, m9);
        G(ref v1, ref v6, ref v11, ref v12, m10, m11);
        G(ref v2, ref v7, ref v8, ref v13, m12, m13);
        G(ref v3, ref v4, ref v9, ref v14, m14, m15);
    }
}
