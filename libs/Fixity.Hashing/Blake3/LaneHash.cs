using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>BLAKE3 on as many inputs at once as a vector has 32-bit lanes.</summary>
/// <remarks>
/// Source: "BLAKE3: one function, fast everywhere", section 5.3. Word i of all states is one vector, so no operation
/// crosses lanes but the transposition of the message on the way in and of the values on the way out. State and message
/// are locals: the compiler keeps all 32 in registers where there are as many. The seven rounds differ in the order of
/// the message words; written out, the permutation costs nothing. AggressiveOptimization: a kernel spends its life in
/// one loop, and must not spend it in a first tier.
/// </remarks>
internal static unsafe class LaneHash<TLanes, TWords>
    where TLanes : struct, ILanes<TWords>
    where TWords : unmanaged
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(byte** inputs, in Blake3Job job, uint* values)
    {
        var counters = stackalloc uint[2 * Blake3Kernel.MaxLanes];
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var counter = job.Counter + ((uint)lane * job.Step);
            counters[lane] = (uint)counter;
            counters[Blake3Kernel.MaxLanes + lane] = (uint)(counter >> 32);
        }

        var message = stackalloc TWords[16];
        var blocks = job.Blocks;
        TWords h0 = TLanes.Same(Iv.W0), h1 = TLanes.Same(Iv.W1), h2 = TLanes.Same(Iv.W2), h3 = TLanes.Same(Iv.W3);
        TWords h4 = TLanes.Same(Iv.W4), h5 = TLanes.Same(Iv.W5), h6 = TLanes.Same(Iv.W6), h7 = TLanes.Same(Iv.W7);

        for (var block = 0; block < blocks; block++)
        {
            nint offset = block * Blake3Job.BlockBytes;
            Read(inputs, offset, message);
            Read(inputs, offset + (Blake3Job.BlockBytes / 2), message + 8);

            TWords v8 = TLanes.Same(Iv.W0), v9 = TLanes.Same(Iv.W1), v10 = TLanes.Same(Iv.W2), v11 = TLanes.Same(Iv.W3);
            TWords v12 = TLanes.Load(counters), v13 = TLanes.Load(counters + Blake3Kernel.MaxLanes);
            TWords v14 = TLanes.Same(Blake3Job.BlockBytes), v15 = TLanes.Same((uint)job.FlagsOf(block));

            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7);
            Round(
                ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                message, 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13);

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
    private static void Round(
        ref TWords v0, ref TWords v1, ref TWords v2, ref TWords v3,
        ref TWords v4, ref TWords v5, ref TWords v6, ref TWords v7,
        ref TWords v8, ref TWords v9, ref TWords v10, ref TWords v11,
        ref TWords v12, ref TWords v13, ref TWords v14, ref TWords v15,
        TWords* m, [ConstantExpected] int i0, [ConstantExpected] int i1, [ConstantExpected] int i2, [ConstantExpected] int i3, [ConstantExpected] int i4, [ConstantExpected] int i5, [ConstantExpected] int i6, [ConstantExpected] int i7,
        [ConstantExpected] int i8, [ConstantExpected] int i9, [ConstantExpected] int i10, [ConstantExpected] int i11, [ConstantExpected] int i12, [ConstantExpected] int i13, [ConstantExpected] int i14, [ConstantExpected] int i15)
    {
        TLanes.Mix(ref v0, ref v4, ref v8, ref v12, m[i0], m[i1]);
        TLanes.Mix(ref v1, ref v5, ref v9, ref v13, m[i2], m[i3]);
        TLanes.Mix(ref v2, ref v6, ref v10, ref v14, m[i4], m[i5]);
        TLanes.Mix(ref v3, ref v7, ref v11, ref v15, m[i6], m[i7]);
        TLanes.Mix(ref v0, ref v5, ref v10, ref v15, m[i8], m[i9]);
        TLanes.Mix(ref v1, ref v6, ref v11, ref v12, m[i10], m[i11]);
        TLanes.Mix(ref v2, ref v7, ref v8, ref v13, m[i12], m[i13]);
        TLanes.Mix(ref v3, ref v4, ref v9, ref v14, m[i14], m[i15]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(byte** inputs, nint offset, TWords* message)
    {
        TLanes.ReadHalf(inputs, offset,
            out var m0, out var m1, out var m2, out var m3, out var m4, out var m5, out var m6, out var m7);
        message[0] = m0;
        message[1] = m1;
        message[2] = m2;
        message[3] = m3;
        message[4] = m4;
        message[5] = m5;
        message[6] = m6;
        message[7] = m7;
    }
}
