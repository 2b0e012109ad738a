using Blake3;
using Fixity.Core;

namespace Fixity.Hashing;

/// <summary>BLAKE3, the default: four times as fast as SHA-256 with instructions for it, ten times as fast as MD5.</summary>
internal sealed class Blake3Checksum() : IncrementalChecksum(ChecksumAlgorithm.Blake3)
{
    private Hasher _hasher = Hasher.New();

    public override void Append(ReadOnlySpan<byte> data) => _hasher.Update(data);

    public override int Finish(Span<byte> checksum)
    {
        _hasher.Finalize(checksum[..Hash.Size]);
        _hasher.Reset();
        return Hash.Size;
    }

    public override void Reset() => _hasher.Reset();

    public override void Dispose() => _hasher.Dispose();
}
