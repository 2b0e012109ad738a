using Fixity.Core;
using Fixity.Query.Files;
using Fixity.Query.Targets;

namespace Fixity.Query.Copies;

/// <summary>A file that holds the same content, as far as is known.</summary>
/// <param name="State">Present, or unknown where its target or folder is out of reach.</param>
/// <param name="VerifiedAt">When its content was last read and equal; null: not since it was recorded.</param>
/// <param name="TargetState">Whether it can be reached now.</param>
public sealed record CopyView(
    long Id, int TargetId, string TargetName, string Path, FileStanding State, DateTimeOffset? VerifiedAt,
    TargetState TargetState);

/// <summary>Content that is there more than once.</summary>
/// <param name="Size">Bytes of one.</param>
/// <param name="Copies">How many files hold it.</param>
/// <param name="WastedBytes">What all but one of them take.</param>
/// <param name="AcrossTargets">They are not all in one target.</param>
/// <param name="Files">The first ten, as they are now: one may have gone since the count.</param>
public sealed record DuplicateView(
    ChecksumAlgorithm Algorithm, string Checksum, long Size, long Copies, long WastedBytes, bool AcrossTargets,
    IReadOnlyList<DuplicateFile> Files);

/// <summary>One of several files with the same content.</summary>
public sealed record DuplicateFile(long Id, int TargetId, string TargetName, string Path, DateTimeOffset? VerifiedAt);

/// <summary>A page of what is there more than once.</summary>
/// <param name="AsOf">When it was counted: once for all who ask within a while.</param>
/// <param name="Groups">How many contents are there more than once.</param>
/// <param name="WastedBytes">Of all of them, also of those that the list does not reach.</param>
/// <param name="Truncated">There are more groups than the list goes to.</param>
public sealed record DuplicatePage(
    DateTimeOffset AsOf, long Groups, long WastedBytes, bool Truncated, IReadOnlyList<DuplicateView> Items,
    string? NextCursor);

/// <summary>A group as it was counted.</summary>
internal sealed record DuplicateGroup(
    ChecksumAlgorithm Algorithm, byte[] Checksum, long Size, long Copies, long WastedBytes, bool AcrossTargets);

/// <summary>The groups of one count, biggest waste first, as many as are kept.</summary>
internal sealed record DuplicateTally(
    DateTimeOffset AsOf, long Groups, long WastedBytes, IReadOnlyList<DuplicateGroup> Kept);

/// <summary>The last group of a page: by waste, and by checksum among equals.</summary>
internal sealed record DuplicateKey(long WastedBytes, string Checksum)
{
    public static DuplicateKey First { get; } = new(long.MaxValue, "");

    public static bool IsSound(DuplicateKey key) => key.Checksum is not null;
}

/// <summary>The last copy of a page: verified last, then by id; the never verified at the end.</summary>
internal sealed record CopyKey(DateTimeOffset VerifiedAt, long Id)
{
    /// <summary>Stands for never.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.UnixEpoch;

    public static CopyKey First { get; } = new(DateTimeOffset.MaxValue, long.MaxValue);

    /// <summary>A cursor of another list has other members: taken for a place here, it would say that there is no copy.</summary>
    public static bool IsSound(CopyKey key) => key.VerifiedAt >= Never && key.Id > 0;
}
