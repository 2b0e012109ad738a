using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>The four accumulators of XXH64, and the steps of the specification on them.</summary>
internal struct XxHash64Lanes(ulong seed)
{
    public const int StripeBytes = 32;

    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    private ulong _lane1 = unchecked(seed + Prime1 + Prime2);
    private ulong _lane2 = unchecked(seed + Prime2);
    private ulong _lane3 = seed;
    private ulong _lane4 = unchecked(seed - Prime1);

    /// <returns>What is left over: fewer bytes than a stripe.</returns>
    public ReadOnlySpan<byte> MixStripes(ReadOnlySpan<byte> source)
    {
        while (source.Length >= StripeBytes)
        {
            _lane1 = Round(_lane1, BinaryPrimitives.ReadUInt64LittleEndian(source));
            _lane2 = Round(_lane2, BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
            _lane3 = Round(_lane3, BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
            _lane4 = Round(_lane4, BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
            source = source[StripeBytes..];
        }

        return source;
    }

    /// <param name="length">Of the whole input, in bytes.</param>
    /// <param name="rest">The end of the input that did not fill a stripe.</param>
    public readonly ulong Finish(ulong seed, ulong length, ReadOnlySpan<byte> rest)
    {
        // An input shorter than one stripe has never touched the lanes.
        var hash = (length < StripeBytes ? seed + Prime5 : Converge()) + length;

        while (rest.Length >= 8)
        {
            hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
            rest = rest[8..];
        }

        if (rest.Length >= 4)
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
            hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
            rest = rest[4..];
        }

        foreach (var b in rest)
        {
            hash = BitOperations.RotateLeft(hash ^ (b * Prime5), 11) * Prime1;
        }

        return Avalanche(hash);
    }

    private readonly ulong Converge()
    {
        var hash = BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7) +
            BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
        hash = Merge(hash, _lane1);
        hash = Merge(hash, _lane2);
        hash = Merge(hash, _lane3);
        return Merge(hash, _lane4);
    }

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;

    private static ulong Round(ulong lane, ulong input) =>
        BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    private static ulong Avalanche(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }
}
