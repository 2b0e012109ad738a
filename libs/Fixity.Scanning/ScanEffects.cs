using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning;

/// <param name="Id">The deleted row whose path returned; null: there is no row.</param>
/// <param name="Groups">Of a file over 1 MiB of a target with a damage map: 4 bytes for each 64 KiB; else empty.</param>
public readonly record struct AppearedFile(
    long? Id,
    FilePath Path,
    FileMetadata Metadata,
    ChecksumAlgorithm Algorithm,
    ReadOnlyMemory<byte> Checksum,
    ExtendedAttributes Extended = default,
    ReadOnlyMemory<byte> Groups = default);

/// <param name="OldAlgorithm">Null together with an empty <paramref name="OldChecksum"/>: it was never read.</param>
public sealed record ModifiedFile(
    long Id,
    FilePath Path,
    FileMetadata Old,
    FileMetadata New,
    ChecksumAlgorithm? OldAlgorithm,
    ReadOnlyMemory<byte> OldChecksum,
    ChecksumAlgorithm NewAlgorithm,
    ReadOnlyMemory<byte> NewChecksum,
    ExtendedAttributes Extended = default,
    ReadOnlyMemory<byte> Groups = default,
    StorageEvidence? Evidence = null);

/// <summary>Why a baseline row is rewritten although its content is what it was.</summary>
[Flags]
public enum RefreshKind
{
    None = 0,

    /// <summary>mtime (or ctime) moved, the content was read and is equal.</summary>
    Touched = 1,

    /// <summary>Watched attributes differ, see <see cref="RefreshedFile.Attributes"/>.</summary>
    Attributes = 2,

    /// <summary>It could not be read before; this is its first checksum.</summary>
    FirstRead = 4,

    /// <summary>Verified with the stored algorithm, now stored with the target's.</summary>
    AlgorithmChanged = 8,

    /// <summary>What nobody watches differs, or was not known before: no event.</summary>
    Followed = 16,
}

/// <param name="Metadata">All that is to be recorded from now on, whatever the kind.</param>
/// <param name="ContentWasRead">Checksum, time of verification and state move as well; otherwise they stay.</param>
/// <param name="Extended">As <paramref name="Metadata"/>.</param>
/// <param name="Attributes">Those watched that differ: not empty with <see cref="RefreshKind.Attributes"/>.</param>
/// <param name="IsTouchReported">The target wants an event for a touched file.</param>
/// <param name="Groups">As read; empty: those recorded stay, but for <see cref="RefreshKind.FirstRead"/>, which has
/// nothing to do with what was recorded before.</param>
public sealed record RefreshedFile(
    long Id,
    FilePath Path,
    RefreshKind Kind,
    FileMetadata Old,
    FileMetadata Metadata,
    bool ContentWasRead,
    ChecksumAlgorithm? Algorithm,
    ReadOnlyMemory<byte> Checksum,
    ExtendedAttributes Extended = default,
    IReadOnlyList<AttributeChange>? Attributes = null,
    bool IsTouchReported = false,
    ReadOnlyMemory<byte> Groups = default);

/// <param name="Groups">Where the target keeps digests of its groups and has none of this file yet; else empty.</param>
public readonly record struct VerifiedFile(long Id, FilePath Path, ReadOnlyMemory<byte> Groups = default);

/// <param name="IsTampered">ctime moved: somebody wrote and put the mtime back. Decay moves no time at all.</param>
/// <param name="ObservedCtimeNs">Null: the storage has none.</param>
/// <param name="Evidence">What the storage itself says of the content that was read; null: nothing.</param>
/// <param name="Damage">Which parts differ, in order; null: not known, there is no damage map of it.</param>
/// <param name="Groups">Of what it holds: the digests of its map, should just that be accepted.</param>
public sealed record CorruptedFile(
    long Id,
    FilePath Path,
    FileMetadata Metadata,
    ChecksumAlgorithm Algorithm,
    ReadOnlyMemory<byte> Expected,
    ReadOnlyMemory<byte> Actual,
    bool IsTampered,
    long? ObservedCtimeNs = null,
    IReadOnlyList<ByteRange>? Damage = null,
    StorageEvidence? Evidence = null,
    ReadOnlyMemory<byte> Groups = default);

public readonly record struct StillDamagedFile(long Id, FilePath Path);

/// <param name="Metadata">As it is now: a restored file may carry another mtime, which the baseline follows.</param>
/// <param name="Was">What the file held while it was corrupted, in <paramref name="OldAlgorithm"/>; may be empty.</param>
public sealed record RestoredFile(
    long Id,
    FilePath Path,
    FileMetadata Metadata,
    ChecksumAlgorithm OldAlgorithm,
    ReadOnlyMemory<byte> Was,
    ChecksumAlgorithm Algorithm,
    ReadOnlyMemory<byte> Checksum,
    ExtendedAttributes Extended = default,
    ReadOnlyMemory<byte> Groups = default);

/// <param name="New">Its attributes are recorded, not its size and times: whether those follow is said elsewhere.</param>
/// <param name="Changes">Those watched, which are an event; null: nobody watches them.</param>
public sealed record AttributesFile(
    long Id, FilePath Path, FileMetadata Old, FileMetadata New, ExtendedAttributes Extended,
    IReadOnlyList<AttributeChange>? Changes);

/// <summary>A live row that the target's patterns leave out now: state excluded, the baseline is kept.</summary>
public sealed record ExcludedFile(long Id, FilePath Path);

/// <param name="Id">Null: there is no row yet; one without checksum is made from <paramref name="Metadata"/>.</param>
/// <param name="WasDeleted">The row was a deleted one: the path returned.</param>
/// <param name="KeepsBaseline">The row still says what it should hold; false: only that it is there is known.</param>
/// <param name="Metadata">Null where even that could not be read; then there is a row.</param>
/// <param name="Cause">A stable word: <c>denied</c>, <c>read_failed</c>, <c>timeout</c> …</param>
public sealed record UnreadableFile(
    long? Id, bool WasDeleted, FilePath Path, FileMetadata? Metadata, string Cause,
    bool KeepsBaseline = false);

public sealed record DisappearedFile(
    long Id, FilePath Path, FileMetadata Metadata, ChecksumAlgorithm? Algorithm, ReadOnlyMemory<byte> Checksum);

/// <param name="Prefix">The key of the folder's range (<c>dir/</c>), or empty for the whole target.</param>
public sealed record UnknownRange(FilePath Prefix, string Cause, string Message);

/// <param name="Kind">A stable word, see <see cref="ScanFaultKinds"/>.</param>
public sealed record ScanFault(FilePath Path, string Kind, string Message);

/// <summary>An entry of a folder that is no regular file: never opened.</summary>
public sealed record SkippedEntry(FilePath Path, SkipKind Kind);

/// <summary>The words of <see cref="ScanFault.Kind"/>.</summary>
public static class ScanFaultKinds
{
    public const string DirectoryUnreadable = "directory_unreadable";
    public const string FileUnreadable = "file_unreadable";
    public const string Unstable = "unstable";
    public const string Timeout = "timeout";

    /// <summary>What was mounted here is not, or another file system is.</summary>
    public const string MountMissing = "mount_missing";

    /// <summary>A file system is mounted over files of the baseline.</summary>
    public const string MountOverFiles = "mount_over_files";

    /// <summary>A file system is mounted here that the target does not go into, and the baseline has files there.</summary>
    public const string MountNotCrossed = "mount_not_crossed";

    /// <summary>A <see cref="SkippedEntry"/>, listed beside what went wrong and not counted among it.</summary>
    public const string Skipped = "skipped";

    /// <summary>The file could be read, but not its extended attributes.</summary>
    public const string AttributesUnreadable = "attributes_unreadable";
}
