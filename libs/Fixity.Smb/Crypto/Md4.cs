using System.Buffers.Binary;
using System.Numerics;

namespace Fixity.Smb.Crypto;

/// <summary>MD4 (RFC 1320), which the framework no longer has and NTLM derives every password's key with.</summary>
internal static class Md4
{
    public const int HashBytes = 16;
    private const int BlockBytes = 64;

    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        var rest = data;
        for (; rest.Length >= BlockBytes; rest = rest[BlockBytes..])
        {
            Transform(state, rest);
        }

        Span<byte> tail = stackalloc byte[2 * BlockBytes];
        tail.Clear();
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        var padded = rest.Length < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteInt64LittleEndian(tail[(padded - 8)..], data.Length * 8L);
        for (var at = 0; at < padded; at += BlockBytes)
        {
            Transform(state, tail[at..]);
        }

        tail.Clear();
        for (var i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(hash[(4 * i)..], state[i]);
        }
    }

    private static void Transform(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> x = stackalloc uint[16];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        ReadOnlySpan<byte> shifts = [3, 7, 11, 19, 3, 5, 9, 13, 3, 9, 11, 15];
        ReadOnlySpan<byte> third = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        for (var step = 0; step < 48; step++)
        {
            var round = step / 16;
            var (mix, constant, word) = round switch
            {
                0 => ((b & c) | (~b & d), 0u, step),
                1 => ((b & c) | (b & d) | (c & d), 0x5a827999u, (step % 4 * 4) + (step % 16 / 4)),
                _ => (b ^ c ^ d, 0x6ed9eba1u, third[step % 16]),
            };
            var rotated = BitOperations.RotateLeft(a + mix + x[word] + constant, shifts[(4 * round) + (step % 4)]);
            (a, b, c, d) = (d, rotated, b, c);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        x.Clear();
    }
}
