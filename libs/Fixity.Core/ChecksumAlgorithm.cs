namespace Fixity.Core;

/// <summary>What a checksum was computed with. Stored beside every checksum: values are append-only.</summary>
public enum ChecksumAlgorithm
{
    Blake3 = 1,
    Sha256 = 2,
    Md5 = 3,
}

/// <summary>The names and sizes of <see cref="ChecksumAlgorithm"/>, the same on every wire and in every file.</summary>
public static class ChecksumAlgorithms
{
    /// <summary>Bytes of the longest checksum: what a caller reserves before it knows the algorithm.</summary>
    public const int MaxDigestBytes = 32;

    /// <summary>The lower-case word used in the API, exports and configuration.</summary>
    public static string Name(this ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Blake3 => "blake3",
        ChecksumAlgorithm.Sha256 => "sha256",
        ChecksumAlgorithm.Md5 => "md5",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a stored checksum algorithm"),
    };

    public static int DigestBytes(this ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Blake3 or ChecksumAlgorithm.Sha256 => 32,
        ChecksumAlgorithm.Md5 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a stored checksum algorithm"),
    };

    /// <summary>Reads <see cref="Name"/> back. Exact: other spellings are refused, so that one word means one thing.</summary>
    public static bool TryParse(string? name, out ChecksumAlgorithm algorithm)
    {
        algorithm = name switch
        {
            "blake3" => ChecksumAlgorithm.Blake3,
            "sha256" => ChecksumAlgorithm.Sha256,
            "md5" => ChecksumAlgorithm.Md5,
            _ => default,
        };
        return algorithm != default;
    }
}
