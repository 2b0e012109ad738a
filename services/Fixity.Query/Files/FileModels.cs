using Fixity.Core;
using Fixity.Data.Columns;

namespace Fixity.Query.Files;

/// <summary>What can be said of a file now.</summary>
/// <remarks>
/// Unknown is said of a file that was there when last looked at, whatever it held then, while its target is offline or
/// lets nobody in, or its folder could not be listed. A deleted one stays deleted, also out of reach.
/// </remarks>
public enum FileStanding
{
    Unknown = 0,
    Present = FileState.Present,
    Deleted = FileState.Deleted,
    Corrupted = FileState.Corrupted,
    Unreadable = FileState.Unreadable,
    Tampered = FileState.Tampered,
    Excluded = FileState.Excluded,
}

/// <summary>One file of the baseline, as it is accepted, and how it stands.</summary>
/// <param name="Path">Below the root of its target; bytes that are not UTF-8 as <c>\xHH</c>, a backslash doubled.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Mtime">RFC 3339 with nanoseconds.</param>
/// <param name="MtimeNs">The same, exactly: nanoseconds since 1970.</param>
/// <param name="Mode">Permission bits in octal.</param>
/// <param name="Links">Names that the content has, this one included.</param>
/// <param name="Checksum">The accepted one, lower-case hex; null when the file was never read to its end.</param>
/// <param name="PreviousChecksum">Of the same content, from before the target's algorithm was changed.</param>
/// <param name="LastSeenAt">End of the last scan that proved it to be there; null for a deleted or excluded file.</param>
/// <param name="VerifiedAt">When its content was last read and equal.</param>
/// <param name="ObservedChecksum">What a corrupted or tampered file was last seen to hold, in the same algorithm.</param>
/// <param name="Damage">Of a corrupted or tampered file; null: which parts differ is not known.</param>
/// <param name="RetryAfter">Reading it hung: it is left alone until then.</param>
/// <param name="LastKnownState">Of an unknown file: how it stood when it was last looked at; else null.</param>
public sealed record FileView(
    long Id,
    int TargetId,
    string TargetName,
    string Path,
    long Size,
    string Mtime,
    string MtimeNs,
    string? Mode,
    long? Links,
    ChecksumAlgorithm? Algorithm,
    string? Checksum,
    ChecksumAlgorithm? PreviousAlgorithm,
    string? PreviousChecksum,
    FileStanding State,
    DateTimeOffset StateSince,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? VerifiedAt,
    string? ObservedChecksum,
    Damage? Damage,
    DateTimeOffset? RetryAfter,
    FileStanding? LastKnownState);

/// <summary>Which files are asked for; null: no such filter.</summary>
/// <param name="Path">A file, or a folder with everything below it.</param>
/// <param name="Pattern">An ILIKE pattern over the whole path.</param>
internal sealed record FileFilter(int? TargetId, string? Path, string? Pattern, FileStanding[]? States);

/// <summary>The last file of a page: target by target, in path order within each.</summary>
internal sealed record FileKey(int TargetId, string Path)
{
    public static FileKey First { get; } = new(0, "");

    /// <summary>A cursor is what a client sends: it may lack the path.</summary>
    public static bool IsSound(FileKey key) => key.Path is not null && Reading.FilterReader.IsText(key.Path);
}
