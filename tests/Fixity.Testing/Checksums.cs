using Fixity.Core;
using Fixity.Hashing;

namespace Fixity.Testing;

/// <summary>What a file should be recorded with.</summary>
public static class Checksums
{
    /// <returns>Lower-case hex.</returns>
    public static string Of(ReadOnlySpan<byte> content, ChecksumAlgorithm algorithm = ChecksumAlgorithm.Blake3)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);
        checksum.Append(content);
        Span<byte> digest = stackalloc byte[ChecksumAlgorithms.MaxDigestBytes];
        return Convert.ToHexStringLower(digest[..checksum.Finish(digest)]);
    }
}
