using Fixity.Core;

namespace Fixity.Query.Differences;

/// <summary>What became of a file between two moments; the first that fits.</summary>
public enum DifferenceType
{
    Deleted = ChangeType.Deleted,

    /// <summary>It holds what it should not, as was found in between; also of a file that came so.</summary>
    Corrupted = ChangeType.Corrupted,
    Tampered = ChangeType.Tampered,
    Added = ChangeType.Added,
    Modified = ChangeType.Modified,
    Moved = ChangeType.Moved,

    /// <summary>It was damaged and is not any more.</summary>
    Restored = ChangeType.Restored,
    Attributes = ChangeType.Attributes,

    /// <summary>Only its time differs.</summary>
    Touched = ChangeType.Touched,
}

/// <summary>One file that is not what it was.</summary>
/// <param name="Path">Where it is; of a deleted file: where it was.</param>
/// <param name="PreviousPath">Where it was, if that is elsewhere: also of a file that was modified or damaged besides.</param>
/// <param name="OldChecksum">The accepted one then.</param>
/// <param name="NewChecksum">The accepted one now; of a damaged file what it holds instead.</param>
/// <param name="LastDetectedAt">When the last of its changes was found.</param>
/// <param name="Changes">How many events this is the sum of.</param>
public sealed record DifferenceView(
    DifferenceType Type,
    string Path,
    string? PreviousPath,
    long FileId,
    long? OldSize,
    long? NewSize,
    string? OldMtime,
    string? OldMtimeNs,
    string? NewMtime,
    string? NewMtimeNs,
    ChecksumAlgorithm? Algorithm,
    string? OldChecksum,
    string? NewChecksum,
    DateTimeOffset LastDetectedAt,
    int Changes);

/// <summary>How many files differ, each counted once.</summary>
/// <param name="MovedAway">Files that are elsewhere now, outside of what is counted here; they count there as what they are.</param>
public sealed record DifferenceCounts(
    long Added, long Deleted, long Modified, long Moved, long Corrupted, long Tampered, long Restored, long Attributes,
    long Touched, long MovedAway);

/// <summary>A folder in which something differs.</summary>
public sealed record DifferentFolder(string Path, DifferenceCounts Counts);

/// <summary>What differs below a folder between two moments, by the folders in it.</summary>
/// <param name="From">What was found up to this moment, it included, is the first state.</param>
/// <param name="To">What was found up to this moment, it included, is the second.</param>
/// <param name="Path">Null: the root.</param>
/// <param name="Total">All of it.</param>
/// <param name="Here">Of that, the files that lie in the folder itself.</param>
/// <param name="Items">By name.</param>
public sealed record DifferencePage(
    int TargetId, DateTimeOffset From, DateTimeOffset To, string? Path, DifferenceCounts Total, DifferenceCounts Here,
    IReadOnlyList<DifferentFolder> Items, string? NextCursor);

/// <summary>Which two moments of which target are compared.</summary>
internal sealed record Comparison(int TargetId, DateTimeOffset From, DateTimeOffset To, string? Path);

/// <summary>An event as far as it says what becomes of a file.</summary>
/// <param name="IsKnownDamage">A new file that holds what another was found damaged with.</param>
/// <param name="WasGone">Before the first moment the file was deleted; null: this event says it, or nothing asks.</param>
/// <param name="WasDamaged">Before the first moment it was damaged; null likewise.</param>
/// <param name="TakenOver">Later another file moved onto its path: that one goes on, this one does not.</param>
internal sealed record FileEvent(
    long FileId, ChangeType Type, string Path, string? PreviousPath, long? OldSize, long? NewSize, long? OldMtimeNs,
    long? NewMtimeNs, ChecksumAlgorithm? Algorithm, byte[]? OldChecksum, byte[]? NewChecksum, DateTimeOffset DetectedAt,
    bool IsKnownDamage, bool? WasGone, bool? WasDamaged, bool TakenOver);
