using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>BLAKE3 on as many inputs at once as a vector has 32-bit lanes, for processors with 32 registers.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", section 5.3. Word i of all states is one vector, so no operation
/// crosses lanes but the transposition of the message on the way in and of the values on the way out. State and message
/// are locals: the compiler keeps all 32 in registers where there are as many. The seven rounds differ in the order of
/// the message words; written out, the permutation costs nothing. AggressiveOptimization: a kernel spends its life in
/// one loop, and must not spend it in a first tier.
/// </remarks>
internal static unsafe class LaneHashInRegisters<TLanes, TWords>
    where TLanes : struct, ILanes<TWords>
    where TWords : unmanaged
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(byte** inputs, in Blake3Job job, uint* values)
    {
        var counters = stackalloc uint[2 * Blake3Kernel.MaxLanes];
        job.WriteCounters(counters, TLanes.Count);
        var blocks = job.Blocks;
        TWords h0 = TLanes.Same(Iv.W0), h1 = TLanes.Same(Iv.W1), h2 = TLanes.Same(Iv.W2), h3 = TLanes.Same(Iv.W3);
        TWords h4 = TLanes.Same(Iv.W4), h5 = TLanes.Same(Iv.W5), h6 = TLanes.Same(Iv.W6), h7 = TLanes.Same(Iv.W7);

        for (var block = 0; block < blocks; block++)
        {
            nint offset = block * Blake3Job.BlockBytes;
            TLanes.ReadHalf(inputs, offset,
                out var m0, out var m1, out var m2, out var m3, out var m4, out var m5, out var m6, out var m7);
            TLanes.ReadHalf(inputs, offset + (Blake3Job.BlockBytes / 2),
                out var m8, out var m9, out var m10, out var m11, out var m12, out var m13, out var m14, out var m15);

            TWords v8 = TLanes.Same(Iv.W0), v9 = TLanes.Same(Iv.W1), v10 = TLanes.Same(Iv.W2), v11 = TLanes.Same(Iv.W3);
            TWords v12 = TLanes.Load(counters), v13 = TLanes.Load(counters + Blake3Kernel.MaxLanes);
            TWords v14 = TLanes.Same(Blake3Job.BlockBytes), v15 = TLanes.Same((uint)job.FlagsOf(block));

            SevenRounds(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);

            h0 = TLanes.Xor(h0, v8);
            h1 = TLanes.Xor(h1, v9);
            h2 = TLanes.Xor(h2, v10);
            h3 = TLanes.Xor(h3, v11);
            h4 = TLanes.Xor(h4, v12);
            h5 = TLanes.Xor(h5, v13);
            h6 = TLanes.Xor(h6, v14);
            h7 = TLanes.Xor(h7, v15);
        }

        TLanes.Write(values, h0, h1, h2, h3, h4, h5, h6, h7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SevenRounds(
        ref TWords v0, ref TWords v1, ref TWords v2, ref TWords v3,
        ref TWords v4, ref TWords v5, ref TWords v6, ref TWords v7,
        ref TWords v8, ref TWords v9, ref TWords v10, ref TWords v11,
        ref TWords v12, ref TWords v13, ref TWords v14, ref TWords v15,
        TWords m0, TWords m1, TWords m2, TWords m3, TWords m4, TWords m5, TWords m6, TWords m7,
        TWords m8, TWords m9, TWords m10, TWords m11, TWords m12, TWords m13, TWords m14, TWords m15)
    {
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
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref TWords v0, ref TWords v1, ref TWords v2, ref TWords v3,
        ref TWords v4, ref TWords v5, ref TWords v6, ref TWords v7,
        ref TWords v8, ref TWords v9, ref TWords v10, ref TWords v11,
        ref TWords v12, ref TWords v13, ref TWords v14, ref TWords v15,
        TWords m0, TWords m1, TWords m2, TWords m3, TWords m4, TWords m5, TWords m6, TWords m7,
        TWords m8, TWords m9, TWords m10, TWords m11, TWords m12, TWords m13, TWords m14, TWords m15)
    {
        TLanes.Mix(
            ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
            ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
            m0, m1, m2, m3, m4, m5, m6, m7);
        TLanes.Mix(
            ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
            ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
            m8, m9, m10, m11, m12, m13, m14, m15);
    }
}
