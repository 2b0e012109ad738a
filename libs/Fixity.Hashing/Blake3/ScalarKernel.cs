using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Fixity.Hashing.Blake3;

/// <summary>BLAKE3 one block at a time, as the paper writes it: what every processor runs, and the tests' oracle.</summary>
/// <remarks>Source: "BLAKE3: one function, fast everywhere", section 2.2.</remarks>
internal sealed unsafe class ScalarKernel : Blake3Kernel
{
    protected override bool IsSupported => true;

    public override void Hash(byte** inputs, int count, Blake3Job job, uint* values)
    {
        var value = stackalloc uint[Blake3Job.ValueWords];
        for (var i = 0; i < count; i++, job = job.Skip(1))
        {
            value[0] = Iv.W0;
            value[1] = Iv.W1;
            value[2] = Iv.W2;
            value[3] = Iv.W3;
            value[4] = Iv.W4;
            value[5] = Iv.W5;
            value[6] = Iv.W6;
            value[7] = Iv.W7;
            for (var block = 0; block < job.Blocks; block++)
            {
                Compress(value, inputs[i] + (block * Blake3Job.BlockBytes), job, block);
            }

            // Only now: the values may lie in the input.
            new ReadOnlySpan<uint>(value, Blake3Job.ValueWords).CopyTo(
                new Span<uint>(values + (i * Blake3Job.ValueWords), Blake3Job.ValueWords));
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(uint* value, byte* message, in Blake3Job job, int block)
    {
        uint m0 = Word(message, 0), m1 = Word(message, 1), m2 = Word(message, 2), m3 = Word(message, 3);
        uint m4 = Word(message, 4), m5 = Word(message, 5), m6 = Word(message, 6), m7 = Word(message, 7);
        uint m8 = Word(message, 8), m9 = Word(message, 9), m10 = Word(message, 10), m11 = Word(message, 11);
        uint m12 = Word(message, 12), m13 = Word(message, 13), m14 = Word(message, 14), m15 = Word(message, 15);

        uint v0 = value[0], v1 = value[1], v2 = value[2], v3 = value[3];
        uint v4 = value[4], v5 = value[5], v6 = value[6], v7 = value[7];
        uint v8 = Iv.W0, v9 = Iv.W1, v10 = Iv.W2, v11 = Iv.W3;
        uint v12 = (uint)job.Counter, v13 = (uint)(job.Counter >> 32);
        uint v14 = job.BytesOf(block), v15 = (uint)job.FlagsOf(block);

        for (var round = 0; ; round++)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, m0, m1);
            Mix(ref v1, ref v5, ref v9, ref v13, m2, m3);
            Mix(ref v2, ref v6, ref v10, ref v14, m4, m5);
            Mix(ref v3, ref v7, ref v11, ref v15, m6, m7);
            Mix(ref v0, ref v5, ref v10, ref v15, m8, m9);
            Mix(ref v1, ref v6, ref v11, ref v12, m10, m11);
            Mix(ref v2, ref v7, ref v8, ref v13, m12, m13);
            Mix(ref v3, ref v4, ref v9, ref v14, m14, m15);
            if (round == 6)
            {
                break;
            }

            (m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15) =
                (m2, m6, m3, m10, m7, m0, m4, m13, m1, m11, m12, m5, m9, m14, m15, m8);
        }

        value[0] = v0 ^ v8;
        value[1] = v1 ^ v9;
        value[2] = v2 ^ v10;
        value[3] = v3 ^ v11;
        value[4] = v4 ^ v12;
        value[5] = v5 ^ v13;
        value[6] = v6 ^ v14;
        value[7] = v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(byte* message, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(message + (4 * index), 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c, ref uint d, uint mx, uint my)
    {
        a += b + mx;
        d = uint.RotateRight(d ^ a, 16);
        c += d;
        b = uint.RotateRight(b ^ c, 12);
        a += b + my;
        d = uint.RotateRight(d ^ a, 8);
        c += d;
        b = uint.RotateRight(b ^ c, 7);
    }
}
