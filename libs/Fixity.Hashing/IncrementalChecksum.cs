using Fixity.Core;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing;

/// <summary>The checksum of a file that arrives in pieces. One instance serves file after file without allocating.</summary>
/// <remarks>
/// For one thread at a time: a scan keeps one per worker. BLAKE3 is fastest with buffers of 256 to 512 KiB (larger ones
/// fall out of the second-level cache), and with a small file in a single one.
/// </remarks>
public abstract class IncrementalChecksum : IDisposable
{
    private protected IncrementalChecksum(ChecksumAlgorithm algorithm) => Algorithm = algorithm;

    public ChecksumAlgorithm Algorithm { get; }

    /// <summary>
    /// After <see cref="Finish"/>, until the next <see cref="Append"/>, <see cref="Finish"/> or <see cref="Reset"/>: the
    /// digests of the file's 64 KiB groups, laid out as <see cref="HashGroups"/> says. Empty for a file of up to one group,
    /// and where they were not asked for.
    /// </summary>
    public virtual ReadOnlySpan<byte> GroupDigests => [];

    /// <param name="withGroups">Whether to keep group digests too. Only BLAKE3 has a tree to take them from.</param>
    public static IncrementalChecksum Create(ChecksumAlgorithm algorithm, bool withGroups = false) => algorithm switch
    {
        ChecksumAlgorithm.Blake3 => new Blake3Checksum(Blake3Kernel.Best, withGroups),
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
