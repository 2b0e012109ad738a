using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector512<uint>;

namespace Fixity.Hashing.Blake3;

/// <summary>Four inputs, with AVX-512: the most common small file is one page.</summary>
internal readonly unsafe struct Rows4 : IRows<Words>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Same(uint w0, uint w1, uint w2, uint w3) =>
        Vector512.Create(w0, w1, w2, w3, w0, w1, w2, w3, w0, w1, w2, w3, w0, w1, w2, w3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words LastRow(in Blake3Job job, uint bytes, uint flags)
    {
        var last = Vector256.Create(0, 0, bytes, flags, 0, 0, bytes, flags).AsUInt64();
        var counters = Vector256.Create(job.Counter, 0, job.Counter + job.Step, 0);
        var next = Vector256.Create(job.Counter + (2UL * job.Step), 0, job.Counter + (3UL * job.Step), 0);
        return Vector512.Create(last | counters, last | next).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Read(byte** inputs, nint offset)
    {
        var x = Vector128.Load(inputs[0] + offset).AsUInt32().ToVector256Unsafe().ToVector512Unsafe();
        x = Avx512F.InsertVector128(x, Vector128.Load(inputs[1] + offset).AsUInt32(), 1);
        x = Avx512F.InsertVector128(x, Vector128.Load(inputs[2] + offset).AsUInt32(), 2);
        return Avx512F.InsertVector128(x, Vector128.Load(inputs[3] + offset).AsUInt32(), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(uint* values, Words low, Words high)
    {
        Avx2.Permute2x128(low.GetLower(), high.GetLower(), 0x20).Store(values);
        Avx2.Permute2x128(low.GetLower(), high.GetLower(), 0x31).Store(values + 8);
        Avx2.Permute2x128(low.GetUpper(), high.GetUpper(), 0x20).Store(values + 16);
        Avx2.Permute2x128(low.GetUpper(), high.GetUpper(), 0x31).Store(values + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Xor(Words a, Words b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MixFirst(ref Words a, ref Words b, ref Words c, ref Words d, Words m)
    {
        a += m;
        a += b;
        d = Avx512F.RotateRight(d ^ a, 16);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MixSecond(ref Words a, ref Words b, ref Words c, ref Words d, Words m)
    {
        a += m;
        a += b;
        d = Avx512F.RotateRight(d ^ a, 8);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Shuffle(Words x, [ConstantExpected] byte control) => Avx512F.Shuffle(x, control);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Shuffle(Words x, Words y, [ConstantExpected] byte control) =>
        Avx512F.Shuffle(x.AsSingle(), y.AsSingle(), control).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Alternate(Words x, Words y) =>
        Vector512.ConditionalSelect(Vector512.Create(0x0000_0000_FFFF_FFFFUL).AsUInt32(), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words TakeLast(Words x, Words y) =>
        Vector512.ConditionalSelect(Same(uint.MaxValue, uint.MaxValue, uint.MaxValue, 0), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLowPairs(Words x, Words y) =>
        Avx512F.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLow(Words x, Words y) => Avx512F.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackHigh(Words x, Words y) => Avx512F.UnpackHigh(x, y);
}
