namespace Fixity.Core;

/// <summary>One row of the baseline: the accepted state of a file, against which it is judged.</summary>
/// <param name="Algorithm">Null together with <paramref name="Checksum"/>: the file was never read to its end.</param>
/// <param name="ObservedChecksum">What a damaged file was last seen to hold, in the same algorithm.</param>
/// <param name="IsDue">Whether this scan re-reads the file although nothing seems to have changed.</param>
/// <param name="Extended">As recorded; null parts were never read.</param>
/// <param name="IsBackedOff">Reading it hung not long ago: this scan leaves its content alone.</param>
/// <param name="DamagedAs">Of a deleted or excluded row: how it was damaged when it left; null: it was not.</param>
/// <param name="HasGroups">Digests of its 64 KiB groups are recorded: where it is damaged can be told.</param>
public readonly record struct BaselineFile(
    long Id,
    FilePath Path,
    FileMetadata Metadata,
    FileState State,
    ChecksumAlgorithm? Algorithm,
    ReadOnlyMemory<byte> Checksum,
    ReadOnlyMemory<byte> ObservedChecksum,
    bool IsDue,
    ExtendedAttributes Extended = default,
    bool IsBackedOff = false,
    FileState? DamagedAs = null,
    bool HasGroups = false)
{
    public bool HasChecksum => Algorithm is not null;

    /// <summary>Whether it was last seen to hold what nobody accepted.</summary>
    public bool IsDamaged => State is FileState.Corrupted or FileState.Tampered || DamagedAs is not null;
}
