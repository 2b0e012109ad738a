using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace Fixity.Hashing.Blake3;

/// <summary>Two inputs, with AVX2.</summary>
internal readonly unsafe struct Rows2 : IRows<Words>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Same(uint w0, uint w1, uint w2, uint w3) => Vector256.Create(w0, w1, w2, w3, w0, w1, w2, w3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words LastRow(in Blake3Job job, uint bytes, uint flags)
    {
        var next = job.Counter + job.Step;
        return Vector256.Create(
            (uint)job.Counter, (uint)(job.Counter >> 32), bytes, flags, (uint)next, (uint)(next >> 32), bytes, flags);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Read(byte** inputs, nint offset) => Avx2.InsertVector128(
        Vector128.Load(inputs[0] + offset).AsUInt32().ToVector256Unsafe(),
        Vector128.Load(inputs[1] + offset).AsUInt32(), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(uint* values, Words low, Words high)
    {
        Avx2.Permute2x128(low, high, 0x20).Store(values);
        Avx2.Permute2x128(low, high, 0x31).Store(values + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Xor(Words a, Words b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MixFirst(ref Words a, ref Words b, ref Words c, ref Words d, Words m)
    {
        a += m;
        a += b;
        d = Rotations.Right16(d ^ a);
        c += d;
        b = Rotations.Right12(b ^ c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MixSecond(ref Words a, ref Words b, ref Words c, ref Words d, Words m)
    {
        a += m;
        a += b;
        d = Rotations.Right8(d ^ a);
        c += d;
        b = Rotations.Right7(b ^ c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Shuffle(Words x, [ConstantExpected] byte control) => Avx2.Shuffle(x, control);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Shuffle(Words x, Words y, [ConstantExpected] byte control) =>
        Avx.Shuffle(x.AsSingle(), y.AsSingle(), control).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Alternate(Words x, Words y) => Avx2.Blend(x, y, 0b10101010);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words TakeLast(Words x, Words y) => Avx2.Blend(x, y, 0b10001000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLowPairs(Words x, Words y) =>
        Avx2.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLow(Words x, Words y) => Avx2.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackHigh(Words x, Words y) => Avx2.UnpackHigh(x, y);
}
