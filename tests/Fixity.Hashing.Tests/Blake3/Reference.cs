using System.Buffers.Binary;
using System.Numerics;

namespace Fixity.Hashing.Tests.Blake3;

/// <summary>BLAKE3 as the paper defines it, by recursion over the whole input: slow, and nothing shared with the product.</summary>
internal static class Reference
{
    private const uint ChunkStart = 1, ChunkEnd = 2, Parent = 4, Root = 8;

    private static readonly uint[] Initial =
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    private static readonly int[] Permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

    public static byte[] Hash(ReadOnlySpan<byte> input) => ToBytes(Value(input, 0, Root));

    /// <summary>The digests of all groups, each hashed on its own.</summary>
    public static byte[] GroupDigests(ReadOnlySpan<byte> input)
    {
        var digests = new List<byte>();
        for (var at = 0; input.Length > 65536 && at < input.Length; at += 65536)
        {
            var group = input[at..Math.Min(input.Length, at + 65536)];
            digests.AddRange(ToBytes(Value(group, (ulong)at / 1024, 0))[..4]);
        }

        return [.. digests];
    }

    public static uint[] Value(ReadOnlySpan<byte> input, ulong firstChunk, uint root)
    {
        if (input.Length <= 1024)
        {
            return ChunkValue(input, firstChunk, root);
        }

        var chunks = (input.Length + 1023) / 1024;
        var left = (int)BitOperations.RoundUpToPowerOf2((uint)chunks) / 2;
        return ParentValue(
            Value(input[..(left * 1024)], firstChunk, 0), Value(input[(left * 1024)..], firstChunk + (uint)left, 0), root);
    }

    public static uint[] ParentValue(uint[] left, uint[] right, uint root) =>
        Compress(Initial, [.. left, .. right], 0, 64, Parent | root);

    private static uint[] ChunkValue(ReadOnlySpan<byte> chunk, ulong counter, uint root)
    {
        var value = Initial;
        var at = 0;
        do
        {
            var block = new byte[64];
            var taken = Math.Min(64, chunk.Length - at);
            chunk.Slice(at, taken).CopyTo(block);
            var flags = (at == 0 ? ChunkStart : 0) | (at + taken == chunk.Length ? ChunkEnd | root : 0);
            value = Compress(value, ToWords(block), counter, (uint)taken, flags);
            at += taken;
        }
        while (at < chunk.Length);

        return value;
    }

    private static uint[] Compress(uint[] value, uint[] message, ulong counter, uint bytes, uint flags)
    {
        uint[] v = [.. value, .. Initial[..4], (uint)counter, (uint)(counter >> 32), bytes, flags];
        var m = message;
        for (var round = 0; round < 7; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Mix(v, i, 4 + i, 8 + i, 12 + i, m[2 * i], m[(2 * i) + 1]);
            }

            for (var i = 0; i < 4; i++)
            {
                Mix(v, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4), m[8 + (2 * i)], m[9 + (2 * i)]);
            }

            m = [.. Permutation.Select(from => m[from])];
        }

        return [.. Enumerable.Range(0, 8).Select(i => v[i] ^ v[i + 8])];
    }

    private static void Mix(uint[] v, int a, int b, int c, int d, uint mx, uint my)
    {
        v[a] += v[b] + mx;
        v[d] = uint.RotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = uint.RotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + my;
        v[d] = uint.RotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = uint.RotateRight(v[b] ^ v[c], 7);
    }

    private static uint[] ToWords(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)))];

    private static byte[] ToBytes(uint[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }
}
