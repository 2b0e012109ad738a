namespace Fixity.Core;

/// <summary>One row of the baseline: the accepted state of a file, against which it is judged.</summary>
/// <param name="Algorithm">Null together with <paramref name="Checksum"/>: the file was never read to its end.</param>
/// <param name="ObservedChecksum">What a corrupted file was last seen to hold, in the same algorithm.</param>
/// <param name="IsDue">Whether this scan re-reads the file although nothing seems to have changed.</param>
public readonly record struct BaselineFile(
    long Id,
    FilePath Path,
    FileMetadata Metadata,
    FileState State,
    ChecksumAlgorithm? Algorithm,
    ReadOnlyMemory<byte> Checksum,
    ReadOnlyMemory<byte> ObservedChecksum,
    bool IsDue)
{
    public bool HasChecksum => Algorithm is not null;
}
