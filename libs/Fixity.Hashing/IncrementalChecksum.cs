using Fixity.Core;

namespace Fixity.Hashing;

/// <summary>The checksum of a file that arrives in pieces. One instance serves file after file without allocating.</summary>
/// <remarks>For one thread at a time: a scan keeps one per worker.</remarks>
public abstract class IncrementalChecksum : IDisposable
{
    private protected IncrementalChecksum(ChecksumAlgorithm algorithm) => Algorithm = algorithm;

    public ChecksumAlgorithm Algorithm { get; }

    public static IncrementalChecksum Create(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Blake3 => new Blake3Checksum(),
        ChecksumAlgorithm.Sha256 or ChecksumAlgorithm.Md5 => new FrameworkChecksum(algorithm),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a stored checksum algorithm"),
    };

    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>Writes the checksum of everything appended, and starts over for the next file.</summary>
    /// <param name="checksum">At least <see cref="ChecksumAlgorithms.DigestBytes"/> long.</param>
    /// <returns>Bytes written.</returns>
    public abstract int Finish(Span<byte> checksum);

    /// <summary>Forgets a file that was not read to its end.</summary>
    public abstract void Reset();

    public abstract void Dispose();
}
