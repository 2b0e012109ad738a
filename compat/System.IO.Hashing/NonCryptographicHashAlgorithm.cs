namespace System.IO.Hashing;

/// <summary>What hashes that guard against accidents, not against attackers, have in common.</summary>
public abstract class NonCryptographicHashAlgorithm
{
    protected NonCryptographicHashAlgorithm(int hashLengthInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashLengthInBytes, 1);
        HashLengthInBytes = hashLengthInBytes;
    }

    public int HashLengthInBytes { get; }

    public abstract void Append(ReadOnlySpan<byte> source);

    public abstract void Reset();

    public void Append(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Append(new ReadOnlySpan<byte>(source));
    }

    public byte[] GetCurrentHash()
    {
        var hash = new byte[HashLengthInBytes];
        GetCurrentHashCore(hash);
        return hash;
    }

    public bool TryGetCurrentHash(Span<byte> destination, out int bytesWritten)
    {
        if (destination.Length < HashLengthInBytes)
        {
            bytesWritten = 0;
            return false;
        }

        GetCurrentHashCore(destination[..HashLengthInBytes]);
        bytesWritten = HashLengthInBytes;
        return true;
    }

    public int GetCurrentHash(Span<byte> destination) =>
        TryGetCurrentHash(destination, out var written) ? written : throw TooShort(nameof(destination));

    public byte[] GetHashAndReset()
    {
        var hash = new byte[HashLengthInBytes];
        GetHashAndResetCore(hash);
        return hash;
    }

    public bool TryGetHashAndReset(Span<byte> destination, out int bytesWritten)
    {
        if (destination.Length < HashLengthInBytes)
        {
            bytesWritten = 0;
            return false;
        }

        GetHashAndResetCore(destination[..HashLengthInBytes]);
        bytesWritten = HashLengthInBytes;
        return true;
    }

    public int GetHashAndReset(Span<byte> destination) =>
        TryGetHashAndReset(destination, out var written) ? written : throw TooShort(nameof(destination));

    protected abstract void GetCurrentHashCore(Span<byte> destination);

    protected virtual void GetHashAndResetCore(Span<byte> destination)
    {
        GetCurrentHashCore(destination);
        Reset();
    }

    private protected static ArgumentException TooShort(string parameter) =>
        new("Destination is too short.", parameter);
}
