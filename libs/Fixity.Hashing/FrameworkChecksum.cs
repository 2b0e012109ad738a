using System.Security.Cryptography;
using Fixity.Core;

namespace Fixity.Hashing;

/// <summary>The algorithms that .NET brings: SHA-256, and MD5 for collections that have always been kept with it.</summary>
internal sealed class FrameworkChecksum(ChecksumAlgorithm algorithm) : IncrementalChecksum(algorithm)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(
        algorithm == ChecksumAlgorithm.Md5 ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256);

    public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    public override int Finish(Span<byte> checksum) => _hash.GetHashAndReset(checksum);

    public override void Reset()
    {
        // The framework's hash can only be started over by finishing it.
        Span<byte> unwanted = stackalloc byte[ChecksumAlgorithms.MaxDigestBytes];
        _hash.GetHashAndReset(unwanted);
    }

    public override void Dispose() => _hash.Dispose();
}
