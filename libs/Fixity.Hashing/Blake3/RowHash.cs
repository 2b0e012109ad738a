using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>BLAKE3 on one, two or four inputs: the state of each is four rows of four words, one in every 128 bits.</summary>
/// <remarks>
/// The layout of the reference's SSE4.1 code: columns are mixed as they lie, diagonals after the rows were turned. It
/// takes more instructions an input than <see cref="LaneHashInRegisters{TLanes, TWords}"/> but needs no sixteen of them, and small
/// files have no more. Row 0 is turned, not row 1, because every path through the round waits for row 1.
/// </remarks>
internal static unsafe class RowHash<TRows, TWords>
    where TRows : struct, IRows<TWords>
    where TWords : struct
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(byte** inputs, in Blake3Job job, uint* values)
    {
        var blocks = job.Blocks;
        var row0 = TRows.Same(Iv.W0, Iv.W1, Iv.W2, Iv.W3);
        var row1 = TRows.Same(Iv.W4, Iv.W5, Iv.W6, Iv.W7);

        for (var block = 0; block < blocks; block++)
        {
            nint offset = block * Blake3Job.BlockBytes;
            var row2 = TRows.Same(Iv.W0, Iv.W1, Iv.W2, Iv.W3);
            var row3 = TRows.LastRow(job, job.BytesOf(block), (uint)job.FlagsOf(block));
            var b0 = TRows.Read(inputs, offset);
            var b1 = TRows.Read(inputs, offset + 16);
            var b2 = TRows.Read(inputs, offset + 32);
            var b3 = TRows.Read(inputs, offset + 48);

            // The message in the order in which the first round takes it; every later round permutes it the same way.
            var m0 = TRows.Shuffle(b0, b1, 0b10_00_10_00);
            var m1 = TRows.Shuffle(b0, b1, 0b11_01_11_01);
            var m2 = TRows.Shuffle(TRows.Shuffle(b2, b3, 0b10_00_10_00), 0b10_01_00_11);
            var m3 = TRows.Shuffle(TRows.Shuffle(b2, b3, 0b11_01_11_01), 0b10_01_00_11);

            Round(ref row0, ref row1, ref row2, ref row3, m0, m1, m2, m3);
            for (var round = 1; round < 7; round++)
            {
                Permute(ref m0, ref m1, ref m2, ref m3);
                Round(ref row0, ref row1, ref row2, ref row3, m0, m1, m2, m3);
            }

            row0 = TRows.Xor(row0, row2);
            row1 = TRows.Xor(row1, row3);
        }

        TRows.Write(values, row0, row1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref TWords row0, ref TWords row1, ref TWords row2, ref TWords row3,
        TWords m0, TWords m1, TWords m2, TWords m3)
    {
        TRows.MixFirst(ref row0, ref row1, ref row2, ref row3, m0);
        TRows.MixSecond(ref row0, ref row1, ref row2, ref row3, m1);
        row0 = TRows.Shuffle(row0, 0b10_01_00_11);
        row3 = TRows.Shuffle(row3, 0b01_00_11_10);
        row2 = TRows.Shuffle(row2, 0b00_11_10_01);
        TRows.MixFirst(ref row0, ref row1, ref row2, ref row3, m2);
        TRows.MixSecond(ref row0, ref row1, ref row2, ref row3, m3);
        row0 = TRows.Shuffle(row0, 0b00_11_10_01);
        row3 = TRows.Shuffle(row3, 0b01_00_11_10);
        row2 = TRows.Shuffle(row2, 0b10_01_00_11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ref TWords m0, ref TWords m1, ref TWords m2, ref TWords m3)
    {
        var t0 = TRows.Shuffle(TRows.Shuffle(m0, m1, 0b11_01_01_10), 0b00_11_10_01);
        var t1 = TRows.Alternate(TRows.Shuffle(m0, 0b00_00_11_11), TRows.Shuffle(m2, m3, 0b11_11_10_10));
        var t2 = TRows.Shuffle(TRows.TakeLast(TRows.UnpackLowPairs(m3, m1), m2), 0b01_11_10_00);
        var t3 = TRows.Shuffle(TRows.UnpackLow(m2, TRows.UnpackHigh(m1, m3)), 0b00_01_11_10);
        m0 = t0;
        m1 = t1;
        m2 = t2;
        m3 = t3;
    }
}
