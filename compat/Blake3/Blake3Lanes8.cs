using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace Blake3;

/// <summary>BLAKE3 on eight chunks or parents at once, one in each 32-bit lane.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", section 5.3. Layout: word i of all eight states is one vector, so
/// no operation crosses lanes; each block's message is transposed on the way in, the result on the way out. Needs
/// AVX2 for the transposition; AVX-512VL, where present, brings the rotate instruction and 32 registers. Fewer than
/// eight inputs fill the lanes with the last of them, which costs less than one at a time from two on. Without
/// AVX2 <see cref="Blake3Scalar"/> does it all; it is also the oracle (Blake3KernelTests).
/// </remarks>
internal sealed class Blake3Lanes8 : Blake3Kernel
{
    private const int Lanes = 8;

    private static readonly Blake3Scalar One = new();

    public static bool IsSupported => Avx2.IsSupported;

    public override void HashChunks(
        ReadOnlySpan<byte> chunks, in Blake3Key key, ulong firstChunk, Span<uint> values)
    {
        while (chunks.Length >= 2 * ChunkBytes)
        {
            var inputs = new LaneInputs(chunks, ChunkBytes);
            HashLanes(inputs, key, firstChunk, counts: true, values);
            chunks = chunks[(inputs.Count * ChunkBytes)..];
            values = values[(inputs.Count * WordsPerValue)..];
            firstChunk += (uint)inputs.Count;
        }

        One.HashChunks(chunks, key, firstChunk, values);
    }

    public override void HashParents(Span<uint> values, int parents, in Blake3Key key)
    {
        // In place: eight blocks are read before eight half-blocks are written, always to the left of the next read.
        var children = MemoryMarshal.AsBytes(values[..(2 * parents * WordsPerValue)]);
        var to = values;
        while (!children.IsEmpty)
        {
            var inputs = new LaneInputs(children, BlockBytes);
            HashLanes(inputs, key, firstChunk: 0, counts: false, to);
            children = children[(inputs.Count * BlockBytes)..];
            to = to[(inputs.Count * WordsPerValue)..];
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HashLanes(LaneInputs inputs, in Blake3Key key, ulong firstChunk, bool counts, Span<uint> values)
    {
        var h0 = Vector256.Create(key.Words[0]);
        var h1 = Vector256.Create(key.Words[1]);
        var h2 = Vector256.Create(key.Words[2]);
        var h3 = Vector256.Create(key.Words[3]);
        var h4 = Vector256.Create(key.Words[4]);
        var h5 = Vector256.Create(key.Words[5]);
        var h6 = Vector256.Create(key.Words[6]);
        var h7 = Vector256.Create(key.Words[7]);
        Counters(firstChunk, counts, out var counterLow, out var counterHigh);
        var blocks = inputs.Bytes / BlockBytes;

        for (var block = 0; block < blocks; block++)
        {
            var flags = FlagsOf(block, blocks, key.Flags, counts);
            inputs.Read(block * BlockBytes, out var m0, out var m1, out var m2, out var m3,
                out var m4, out var m5, out var m6, out var m7);
            inputs.Read((block * BlockBytes) + (BlockBytes / 2), out var m8, out var m9, out var m10, out var m11,
                out var m12, out var m13, out var m14, out var m15);

            Words v0 = h0, v1 = h1, v2 = h2, v3 = h3, v4 = h4, v5 = h5, v6 = h6, v7 = h7;
            var v8 = Vector256.Create(Blake3Key.InitialWords[0]);
            var v9 = Vector256.Create(Blake3Key.InitialWords[1]);
            var v10 = Vector256.Create(Blake3Key.InitialWords[2]);
            var v11 = Vector256.Create(Blake3Key.InitialWords[3]);
            Words v12 = counterLow, v13 = counterHigh;
            var v14 = Vector256.Create((uint)BlockBytes);
            var v15 = Vector256.Create((uint)flags);

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

            h0 = v0 ^ v8;
            h1 = v1 ^ v9;
            h2 = v2 ^ v10;
            h3 = v3 ^ v11;
            h4 = v4 ^ v12;
            h5 = v5 ^ v13;
            h6 = v6 ^ v14;
            h7 = v7 ^ v15;
        }

        Transpose(ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7);
        ReadOnlySpan<Words> rows = [h0, h1, h2, h3, h4, h5, h6, h7];
        MemoryMarshal.Cast<Words, uint>(rows)[..(inputs.Count * WordsPerValue)].CopyTo(values);
    }

    private static Blake3Flags FlagsOf(int block, int blocks, Blake3Flags mode, bool chunk) => mode | (chunk
        ? (block == 0 ? Blake3Flags.ChunkStart : 0) | (block == blocks - 1 ? Blake3Flags.ChunkEnd : 0)
        : Blake3Flags.Parent);

    // Parents all carry counter 0; chunk number i of the batch carries first + i, whose carry is per lane.
    private static void Counters(ulong first, bool counts, out Words low, out Words high)
    {
        Span<uint> lows = stackalloc uint[Lanes];
        Span<uint> highs = stackalloc uint[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            var counter = counts ? first + (uint)lane : 0;
            lows[lane] = (uint)counter;
            highs[lane] = (uint)(counter >> 32);
        }

        low = Vector256.Create<uint>(lows);
        high = Vector256.Create<uint>(highs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void G(ref Words a, ref Words b, ref Words c, ref Words d, Words mx, Words my)
    {
        a += b + mx;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a += b + my;
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Words RotateRight(Words x, [ConstantExpected] byte bits) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(x, bits)
        : (x >>> bits) | (x << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref Words v0, ref Words v1, ref Words v2, ref Words v3,
        ref Words v4, ref Words v5, ref Words v6, ref Words v7,
        ref Words v8, ref Words v9, ref Words v10, ref Words v11,
        ref Words v12, ref Words v13, ref Words v14, ref Words v15,
        Words m0, Words m1, Words m2, Words m3,
        Words m4, Words m5, Words m6, Words m7,
        Words m8, Words m9, Words m10, Words m11,
        Words m12, Words m13, Words m14, Words m15)
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

    /// <summary>Rows become columns: eight inputs' eight words become eight vectors of one word each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Words r0, ref Words r1, ref Words r2, ref Words r3, ref Words r4, ref Words r5, ref Words r6, ref Words r7)
    {
        TransposeQuads(ref r0, ref r1, ref r2, ref r3);
        TransposeQuads(ref r4, ref r5, ref r6, ref r7);
        SwapHalves(ref r0, ref r4);
        SwapHalves(ref r1, ref r5);
        SwapHalves(ref r2, ref r6);
        SwapHalves(ref r3, ref r7);
    }

    // A 4x4 transposition in each 128-bit half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeQuads(ref Words a, ref Words b, ref Words c, ref Words d)
    {
        var abLow = Avx2.UnpackLow(a, b).AsUInt64();
        var abHigh = Avx2.UnpackHigh(a, b).AsUInt64();
        var cdLow = Avx2.UnpackLow(c, d).AsUInt64();
        var cdHigh = Avx2.UnpackHigh(c, d).AsUInt64();
        a = Avx2.UnpackLow(abLow, cdLow).AsUInt32();
        b = Avx2.UnpackHigh(abLow, cdLow).AsUInt32();
        c = Avx2.UnpackLow(abHigh, cdHigh).AsUInt32();
        d = Avx2.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }

    // Upper half of a and lower half of b change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapHalves(ref Words a, ref Words b)
    {
        var lows = Avx2.Permute2x128(a, b, 0x20);
        b = Avx2.Permute2x128(a, b, 0x31);
        a = lows;
    }

    /// <summary>Up to eight inputs of one length, one after the other in memory.</summary>
    private readonly ref struct LaneInputs(ReadOnlySpan<byte> inputs, int bytes)
    {
        private readonly ref byte _first = ref MemoryMarshal.GetReference(inputs);

        /// <summary>Of one input.</summary>
        public int Bytes { get; } = bytes;

        public int Count { get; } = Math.Min(Lanes, inputs.Length / bytes);

        /// <summary>The 32 bytes at this offset of every input, transposed.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Read(
            int offset,
            out Words r0, out Words r1, out Words r2, out Words r3,
            out Words r4, out Words r5, out Words r6, out Words r7)
        {
            r0 = Row(0, offset);
            r1 = Row(1, offset);
            r2 = Row(2, offset);
            r3 = Row(3, offset);
            r4 = Row(4, offset);
            r5 = Row(5, offset);
            r6 = Row(6, offset);
            r7 = Row(7, offset);
            Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        }

        // In bounds: the lane is one of Count inputs of Bytes each, and the offset is below Bytes less a vector.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Words Row(int lane, int offset) => Vector256.LoadUnsafe(
            ref _first, (nuint)((Math.Min(lane, Count - 1) * Bytes) + offset)).AsUInt32();
    }
}
