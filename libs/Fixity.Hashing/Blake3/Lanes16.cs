using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector512<uint>;

namespace Fixity.Hashing.Blake3;

/// <summary>Sixteen inputs at once, with AVX-512: 32 registers hold the whole state and message.</summary>
internal readonly unsafe struct Lanes16 : ILanes<Words>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Same(uint word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Load(uint* words) => Vector512.Load(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Xor(Words a, Words b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(
        ref Words a0, ref Words a1, ref Words a2, ref Words a3,
        ref Words b0, ref Words b1, ref Words b2, ref Words b3,
        ref Words c0, ref Words c1, ref Words c2, ref Words c3,
        ref Words d0, ref Words d1, ref Words d2, ref Words d3,
        Words x0, Words y0, Words x1, Words y1, Words x2, Words y2, Words x3, Words y3)
    {
        a0 += x0;
        a1 += x1;
        a2 += x2;
        a3 += x3;
        a0 += b0;
        a1 += b1;
        a2 += b2;
        a3 += b3;
        d0 = Avx512F.RotateRight(d0 ^ a0, 16);
        d1 = Avx512F.RotateRight(d1 ^ a1, 16);
        d2 = Avx512F.RotateRight(d2 ^ a2, 16);
        d3 = Avx512F.RotateRight(d3 ^ a3, 16);
        c0 += d0;
        c1 += d1;
        c2 += d2;
        c3 += d3;
        b0 = Avx512F.RotateRight(b0 ^ c0, 12);
        b1 = Avx512F.RotateRight(b1 ^ c1, 12);
        b2 = Avx512F.RotateRight(b2 ^ c2, 12);
        b3 = Avx512F.RotateRight(b3 ^ c3, 12);
        a0 += y0;
        a1 += y1;
        a2 += y2;
        a3 += y3;
        a0 += b0;
        a1 += b1;
        a2 += b2;
        a3 += b3;
        d0 = Avx512F.RotateRight(d0 ^ a0, 8);
        d1 = Avx512F.RotateRight(d1 ^ a1, 8);
        d2 = Avx512F.RotateRight(d2 ^ a2, 8);
        d3 = Avx512F.RotateRight(d3 ^ a3, 8);
        c0 += d0;
        c1 += d1;
        c2 += d2;
        c3 += d3;
        b0 = Avx512F.RotateRight(b0 ^ c0, 7);
        b1 = Avx512F.RotateRight(b1 ^ c1, 7);
        b2 = Avx512F.RotateRight(b2 ^ c2, 7);
        b3 = Avx512F.RotateRight(b3 ^ c3, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(ref Words a, ref Words b, Words* third, ref Words d, Words* mx, Words* my)
    {
        var c = *third;
        a += *mx;
        a += b;
        d = Avx512F.RotateRight(d ^ a, 16);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 12);
        a += *my;
        a += b;
        d = Avx512F.RotateRight(d ^ a, 8);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 7);
        *third = c;
    }

    // Inputs r and r + 4 share a register from the load on, which spares a quarter of the shuffles: after the 4x4
    // transpositions in each 128-bit quarter the quarters hold words i, i+4 of four inputs, i, i+4 of the next four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadHalf(
        byte** inputs, nint offset,
        out Words m0, out Words m1, out Words m2, out Words m3,
        out Words m4, out Words m5, out Words m6, out Words m7)
    {
        Prefetch(inputs, offset);
        ReadEight(inputs, offset, out var a0, out var a1, out var a2, out var a3);
        ReadEight(inputs + 8, offset, out var b0, out var b1, out var b2, out var b3);
        m0 = Avx512F.Shuffle4x128(a0, b0, 0x88);
        m1 = Avx512F.Shuffle4x128(a1, b1, 0x88);
        m2 = Avx512F.Shuffle4x128(a2, b2, 0x88);
        m3 = Avx512F.Shuffle4x128(a3, b3, 0x88);
        m4 = Avx512F.Shuffle4x128(a0, b0, 0xDD);
        m5 = Avx512F.Shuffle4x128(a1, b1, 0xDD);
        m6 = Avx512F.Shuffle4x128(a2, b2, 0xDD);
        m7 = Avx512F.Shuffle4x128(a3, b3, 0xDD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(
        uint* values, Words h0, Words h1, Words h2, Words h3, Words h4, Words h5, Words h6, Words h7)
    {
        Transpose(ref h0, ref h1, ref h2, ref h3);
        Transpose(ref h4, ref h5, ref h6, ref h7);
        WriteFour(values, h0, h4);
        WriteFour(values + 8, h1, h5);
        WriteFour(values + 16, h2, h6);
        WriteFour(values + 24, h3, h7);
    }

    // Sixteen streams a chunk apart are more than the processor foresees: three blocks ahead, half of them with each half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte** inputs, nint offset)
    {
        var half = inputs + ((offset & (Blake3Job.BlockBytes / 2)) / 4);
        offset += 3 * Blake3Job.BlockBytes;
        Sse.Prefetch0(half[0] + offset);
        Sse.Prefetch0(half[1] + offset);
        Sse.Prefetch0(half[2] + offset);
        Sse.Prefetch0(half[3] + offset);
        Sse.Prefetch0(half[4] + offset);
        Sse.Prefetch0(half[5] + offset);
        Sse.Prefetch0(half[6] + offset);
        Sse.Prefetch0(half[7] + offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadEight(byte** inputs, nint offset, out Words a, out Words b, out Words c, out Words d)
    {
        a = Pair(inputs[0] + offset, inputs[4] + offset);
        b = Pair(inputs[1] + offset, inputs[5] + offset);
        c = Pair(inputs[2] + offset, inputs[6] + offset);
        d = Pair(inputs[3] + offset, inputs[7] + offset);
        Transpose(ref a, ref b, ref c, ref d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Words Pair(byte* low, byte* high) => Avx512F.InsertVector256(
        Vector256.Load(low).AsUInt32().ToVector512Unsafe(), Vector256.Load(high).AsUInt32(), 1);

    // A 4x4 transposition in each 128-bit quarter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Words a, ref Words b, ref Words c, ref Words d)
    {
        var abLow = Avx512F.UnpackLow(a, b).AsUInt64();
        var abHigh = Avx512F.UnpackHigh(a, b).AsUInt64();
        var cdLow = Avx512F.UnpackLow(c, d).AsUInt64();
        var cdHigh = Avx512F.UnpackHigh(c, d).AsUInt64();
        a = Avx512F.UnpackLow(abLow, cdLow).AsUInt32();
        b = Avx512F.UnpackHigh(abLow, cdLow).AsUInt32();
        c = Avx512F.UnpackLow(abHigh, cdHigh).AsUInt32();
        d = Avx512F.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }

    // Quarter q of the pair is the value of lane 4q + r, where r is the row that the two are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteFour(uint* values, Words low, Words high)
    {
        Store(values, low.GetLower().GetLower(), high.GetLower().GetLower());
        Store(values + 32, low.GetLower().GetUpper(), high.GetLower().GetUpper());
        Store(values + 64, low.GetUpper().GetLower(), high.GetUpper().GetLower());
        Store(values + 96, low.GetUpper().GetUpper(), high.GetUpper().GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(uint* value, Vector128<uint> low, Vector128<uint> high)
    {
        low.Store(value);
        high.Store(value + 4);
    }
}
