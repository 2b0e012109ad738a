using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace Fixity.Hashing.Blake3;

/// <summary>Eight inputs at once, with AVX2; with AVX-512VL, where present, rotations are instructions.</summary>
internal readonly unsafe struct Lanes8 : ILanes<Words>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Same(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Load(uint* words) => Vector256.Load(words);

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
        d0 = Rotations.Right16(d0 ^ a0);
        d1 = Rotations.Right16(d1 ^ a1);
        d2 = Rotations.Right16(d2 ^ a2);
        d3 = Rotations.Right16(d3 ^ a3);
        c0 += d0;
        c1 += d1;
        c2 += d2;
        c3 += d3;
        b0 = Rotations.Right12(b0 ^ c0);
        b1 = Rotations.Right12(b1 ^ c1);
        b2 = Rotations.Right12(b2 ^ c2);
        b3 = Rotations.Right12(b3 ^ c3);
        a0 += y0;
        a1 += y1;
        a2 += y2;
        a3 += y3;
        a0 += b0;
        a1 += b1;
        a2 += b2;
        a3 += b3;
        d0 = Rotations.Right8(d0 ^ a0);
        d1 = Rotations.Right8(d1 ^ a1);
        d2 = Rotations.Right8(d2 ^ a2);
        d3 = Rotations.Right8(d3 ^ a3);
        c0 += d0;
        c1 += d1;
        c2 += d2;
        c3 += d3;
        b0 = Rotations.Right7(b0 ^ c0);
        b1 = Rotations.Right7(b1 ^ c1);
        b2 = Rotations.Right7(b2 ^ c2);
        b3 = Rotations.Right7(b3 ^ c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(ref Words a, ref Words b, Words* third, ref Words d, Words* mx, Words* my)
    {
        var c = *third;
        a += *mx;
        a += b;
        d = Rotations.Right16(d ^ a);
        c += d;
        b = Rotations.Right12(b ^ c);
        a += *my;
        a += b;
        d = Rotations.Right8(d ^ a);
        c += d;
        b = Rotations.Right7(b ^ c);
        *third = c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadHalf(
        byte** inputs, nint offset,
        out Words m0, out Words m1, out Words m2, out Words m3,
        out Words m4, out Words m5, out Words m6, out Words m7)
    {
        ReadQuarter(inputs, offset, out m0, out m1, out m2, out m3);
        ReadQuarter(inputs, offset + 16, out m4, out m5, out m6, out m7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(
        uint* values, Words h0, Words h1, Words h2, Words h3, Words h4, Words h5, Words h6, Words h7)
    {
        Transpose(ref h0, ref h1, ref h2, ref h3);
        Transpose(ref h4, ref h5, ref h6, ref h7);
        WriteTwo(values, h0, h4);
        WriteTwo(values + 8, h1, h5);
        WriteTwo(values + 16, h2, h6);
        WriteTwo(values + 24, h3, h7);
    }

    // Inputs r and r + 4 share a register from the load on: 4x4 transpositions in each half are all it takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadQuarter(byte** inputs, nint offset, out Words a, out Words b, out Words c, out Words d)
    {
        a = Pair(inputs[0] + offset, inputs[4] + offset);
        b = Pair(inputs[1] + offset, inputs[5] + offset);
        c = Pair(inputs[2] + offset, inputs[6] + offset);
        d = Pair(inputs[3] + offset, inputs[7] + offset);
        Transpose(ref a, ref b, ref c, ref d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Words Pair(byte* low, byte* high) => Avx2.InsertVector128(
        Vector128.Load(low).AsUInt32().ToVector256Unsafe(), Vector128.Load(high).AsUInt32(), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Words a, ref Words b, ref Words c, ref Words d)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteTwo(uint* values, Words low, Words high)
    {
        Avx2.Permute2x128(low, high, 0x20).Store(values);
        Avx2.Permute2x128(low, high, 0x31).Store(values + 32);
    }
}
