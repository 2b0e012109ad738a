using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>BLAKE3 on as many inputs at once as a vector has 32-bit lanes, for processors with sixteen registers.</summary>
/// <remarks>
/// What <see cref="LaneHashInRegisters{TLanes, TWords}"/> does, arranged for half the registers: the message and four
/// words of the state are in memory, which leaves room for what a rotation needs when it is three instructions. With
/// all sixteen words in registers the compiler spills inside the rotations, where every step waits for the last: half
/// the speed. The rounds are a loop here, because the message words are found by index anyway.
/// </remarks>
internal static unsafe class LaneHashInMemory<TLanes, TWords>
    where TLanes : struct, ILanes<TWords>
    where TWords : unmanaged
{
    // Where each round finds its message words: every row is the one before, permuted.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(byte** inputs, in Blake3Job job, uint* values)
    {
        var counters = stackalloc uint[2 * Blake3Kernel.MaxLanes];
        job.WriteCounters(counters, TLanes.Count);
        var m = stackalloc TWords[16];
        var c = stackalloc TWords[4];
        TWords a0 = TLanes.Same(Iv.W0), a1 = TLanes.Same(Iv.W1), a2 = TLanes.Same(Iv.W2), a3 = TLanes.Same(Iv.W3);
        TWords b0 = TLanes.Same(Iv.W4), b1 = TLanes.Same(Iv.W5), b2 = TLanes.Same(Iv.W6), b3 = TLanes.Same(Iv.W7);

        fixed (byte* schedule = Schedule)
        {
            for (var block = 0; block < job.Blocks; block++)
            {
                ReadBlock(inputs, block * Blake3Job.BlockBytes, m);
                c[0] = TLanes.Same(Iv.W0);
                c[1] = TLanes.Same(Iv.W1);
                c[2] = TLanes.Same(Iv.W2);
                c[3] = TLanes.Same(Iv.W3);
                TWords d0 = TLanes.Load(counters), d1 = TLanes.Load(counters + Blake3Kernel.MaxLanes);
                TWords d2 = TLanes.Same(Blake3Job.BlockBytes), d3 = TLanes.Same((uint)job.FlagsOf(block));

                var s = schedule;
                for (var round = 0; round < 7; round++, s += 16)
                {
                    TLanes.Mix(ref a0, ref b0, c, ref d0, m + s[0], m + s[1]);
                    TLanes.Mix(ref a1, ref b1, c + 1, ref d1, m + s[2], m + s[3]);
                    TLanes.Mix(ref a2, ref b2, c + 2, ref d2, m + s[4], m + s[5]);
                    TLanes.Mix(ref a3, ref b3, c + 3, ref d3, m + s[6], m + s[7]);
                    TLanes.Mix(ref a0, ref b1, c + 2, ref d3, m + s[8], m + s[9]);
                    TLanes.Mix(ref a1, ref b2, c + 3, ref d0, m + s[10], m + s[11]);
                    TLanes.Mix(ref a2, ref b3, c, ref d1, m + s[12], m + s[13]);
                    TLanes.Mix(ref a3, ref b0, c + 1, ref d2, m + s[14], m + s[15]);
                }

                a0 = TLanes.Xor(a0, c[0]);
                a1 = TLanes.Xor(a1, c[1]);
                a2 = TLanes.Xor(a2, c[2]);
                a3 = TLanes.Xor(a3, c[3]);
                b0 = TLanes.Xor(b0, d0);
                b1 = TLanes.Xor(b1, d1);
                b2 = TLanes.Xor(b2, d2);
                b3 = TLanes.Xor(b3, d3);
            }
        }

        TLanes.Write(values, a0, a1, a2, a3, b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadBlock(byte** inputs, nint offset, TWords* m)
    {
        TLanes.ReadHalf(
            inputs, offset, out m[0], out m[1], out m[2], out m[3], out m[4], out m[5], out m[6], out m[7]);
        TLanes.ReadHalf(
            inputs, offset + (Blake3Job.BlockBytes / 2),
            out m[8], out m[9], out m[10], out m[11], out m[12], out m[13], out m[14], out m[15]);
    }
}
