using System.Buffers.Binary;

namespace System.IO.Hashing;

/// <summary>xxHash, 64 bits: a fast fingerprint without any resistance against somebody who wants a collision.</summary>
/// <remarks>
/// Source: the xxHash specification (doc/xxhash_spec.md of the reference implementation), "XXH64". As bytes the hash
/// is big-endian, the canonical form of the specification.
/// </remarks>
public sealed class XxHash64 : NonCryptographicHashAlgorithm
{
    private const int HashBytes = sizeof(ulong);

    private readonly ulong _seed;
    private readonly byte[] _pending = new byte[XxHash64Lanes.StripeBytes];
    private XxHash64Lanes _lanes;
    private ulong _length;

    public XxHash64()
        : this(0)
    {
    }

    public XxHash64(long seed)
        : base(HashBytes)
    {
        _seed = unchecked((ulong)seed);
        Reset();
    }

    public static byte[] Hash(byte[] source) => Hash(source, 0);

    public static byte[] Hash(byte[] source, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(new ReadOnlySpan<byte>(source), seed);
    }

    public static byte[] Hash(ReadOnlySpan<byte> source, long seed = 0)
    {
        var hash = new byte[HashBytes];
        BinaryPrimitives.WriteUInt64BigEndian(hash, HashToUInt64(source, seed));
        return hash;
    }

    public static int Hash(ReadOnlySpan<byte> source, Span<byte> destination, long seed = 0) =>
        TryHash(source, destination, out var written, seed) ? written : throw TooShort(nameof(destination));

    public static bool TryHash(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten, long seed = 0)
    {
        var fits = BinaryPrimitives.TryWriteUInt64BigEndian(destination, HashToUInt64(source, seed));
        bytesWritten = fits ? HashBytes : 0;
        return fits;
    }

    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0)
    {
        var lanes = new XxHash64Lanes(unchecked((ulong)seed));
        var rest = lanes.MixStripes(source);
        return lanes.Finish(unchecked((ulong)seed), (ulong)source.Length, rest);
    }

    public override void Append(ReadOnlySpan<byte> source)
    {
        var pending = (int)(_length % XxHash64Lanes.StripeBytes);
        _length += (ulong)source.Length;

        if (pending > 0)
        {
            var taken = Math.Min(source.Length, _pending.Length - pending);
            source[..taken].CopyTo(_pending.AsSpan(pending));
            source = source[taken..];
            if (pending + taken < _pending.Length)
            {
                return;
            }

            _lanes.MixStripes(_pending);
        }

        _lanes.MixStripes(source).CopyTo(_pending);
    }

    public override void Reset()
    {
        _lanes = new XxHash64Lanes(_seed);
        _length = 0;
    }

    public ulong GetCurrentHashAsUInt64() =>
        _lanes.Finish(_seed, _length, _pending.AsSpan(0, (int)(_length % XxHash64Lanes.StripeBytes)));

    protected override void GetCurrentHashCore(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, GetCurrentHashAsUInt64());
}
