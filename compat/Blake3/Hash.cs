using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Blake3;

/// <summary>A BLAKE3 hash of the default length, 32 bytes, compared in constant time.</summary>
public struct Hash : IEquatable<Hash>
{
    public const int Size = 32;

    private Bytes _bytes;

    /// <param name="data">Exactly 32 bytes.</param>
    public static Hash FromBytes(ReadOnlySpan<byte> data)
    {
        var hash = default(Hash);
        hash.CopyFromBytes(data);
        return hash;
    }

    /// <param name="data">Exactly 32 bytes.</param>
    public void CopyFromBytes(ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(data.Length, Size, nameof(data));
        data.CopyTo(AsSpan());
    }

    /// <summary>The bytes themselves: writing to the span changes the hash.</summary>
    [UnscopedRef]
    public Span<byte> AsSpan() => _bytes;

    public bool Equals(Hash other) => CryptographicOperations.FixedTimeEquals(AsSpan(), other.AsSpan());

    public override bool Equals(object? obj) => obj is Hash other && Equals(other);

    // Any four bytes of a cryptographic hash are as good as all of them.
    public override int GetHashCode() => MemoryMarshal.Read<int>(AsSpan());

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(AsSpan());

    public static bool operator ==(Hash left, Hash right) => left.Equals(right);

    public static bool operator !=(Hash left, Hash right) => !left.Equals(right);

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
