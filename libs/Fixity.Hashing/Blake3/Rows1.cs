using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Words = System.Runtime.Intrinsics.Vector128<uint>;

namespace Fixity.Hashing.Blake3;

/// <summary>One input, on any processor with 128-bit vectors: x64 instructions where there are, else the portable ones.</summary>
internal readonly unsafe struct Rows1 : IRows<Words>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Same(uint w0, uint w1, uint w2, uint w3) => Vector128.Create(w0, w1, w2, w3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words LastRow(in Blake3Job job, uint bytes, uint flags) =>
        Vector128.Create((uint)job.Counter, (uint)(job.Counter >> 32), bytes, flags);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Read(byte** inputs, nint offset) => Vector128.Load(inputs[0] + offset).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(uint* values, Words low, Words high)
    {
        low.Store(values);
        high.Store(values + 4);
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
    public static Words Shuffle(Words x, [ConstantExpected] byte control) => Sse2.IsSupported
        ? Sse2.Shuffle(x, control)
        : Vector128.Shuffle(x, Vector128.Create(
            control & 3u, (uint)(control >> 2) & 3u, (uint)(control >> 4) & 3u, (uint)control >> 6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Shuffle(Words x, Words y, [ConstantExpected] byte control) => Sse.IsSupported
        ? Sse.Shuffle(x.AsSingle(), y.AsSingle(), control).AsUInt32()
        : UnpackLowPairs(
            Vector128.Shuffle(x, Vector128.Create(control & 3u, (uint)(control >> 2) & 3u, 0u, 0u)),
            Vector128.Shuffle(y, Vector128.Create((uint)(control >> 4) & 3u, (uint)control >> 6, 0u, 0u)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Alternate(Words x, Words y) => Sse41.IsSupported
        ? Sse41.Blend(x.AsUInt16(), y.AsUInt16(), 0xCC).AsUInt32()
        : Vector128.ConditionalSelect(Vector128.Create(uint.MaxValue, 0, uint.MaxValue, 0), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words TakeLast(Words x, Words y) => Sse41.IsSupported
        ? Sse41.Blend(x.AsUInt16(), y.AsUInt16(), 0xC0).AsUInt32()
        : Vector128.ConditionalSelect(Vector128.Create(uint.MaxValue, uint.MaxValue, uint.MaxValue, 0), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLowPairs(Words x, Words y) => Sse2.IsSupported
        ? Sse2.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsUInt32()
        : Vector128.Create(x.GetLower(), y.GetLower());

    /// <summary>x2 x3 y2 y3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackHighPairs(Words x, Words y) => Sse2.IsSupported
        ? Sse2.UnpackHigh(x.AsUInt64(), y.AsUInt64()).AsUInt32()
        : Vector128.Create(x.GetUpper(), y.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackLow(Words x, Words y) => Sse2.IsSupported
        ? Sse2.UnpackLow(x, y)
        : Vector128.Shuffle(UnpackLowPairs(x, y), Vector128.Create(0u, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words UnpackHigh(Words x, Words y) => Sse2.IsSupported
        ? Sse2.UnpackHigh(x, y)
        : Vector128.Shuffle(UnpackHighPairs(x, y), Vector128.Create(0u, 2, 1, 3));
}
