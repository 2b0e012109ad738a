using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;

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

/// <summary>What files can be sorted by.</summary>
public enum FileOrder
{
    Path,
    Size,
    Mtime,
    VerifiedAt,
}

/// <summary>Which files are asked for; null: no such filter.</summary>
/// <param name="Path">A file, or a folder with everything below it.</param>
/// <param name="Pattern">An ILIKE pattern over the whole path.</param>
/// <param name="Glob">A regular expression over the whole path.</param>
/// <param name="MtimeSinceNs">Inclusive, nanoseconds since 1970.</param>
/// <param name="MtimeUntilNs">Exclusive.</param>
/// <param name="VerifiedSince">Inclusive; leaves out what was never verified.</param>
/// <param name="VerifiedUntil">Exclusive; the same.</param>
internal sealed record FileFilter(
    int? TargetId = null,
    string? Path = null,
    string? Pattern = null,
    FileStanding[]? States = null,
    string? Glob = null,
    long? MinSize = null,
    long? MaxSize = null,
    long? MtimeSinceNs = null,
    long? MtimeUntilNs = null,
    DateTimeOffset? VerifiedSince = null,
    DateTimeOffset? VerifiedUntil = null)
{
    /// <summary>Whether text is looked for that may stand anywhere in a path.</summary>
    public bool IsSearch => Pattern is not null || Glob is not null;
}

/// <summary>The last file of a page: target by target and in path order, or by a value and then by id.</summary>
/// <param name="Sort">The order that it is a place of.</param>
/// <param name="Value">Bytes, nanoseconds, or the microseconds of a verification; null: it was never verified.</param>
internal sealed record FileKey(string Sort, int TargetId, string Path, long? Value, long Id)
{
    /// <summary>A cursor is what a client sends: it may be of another order, or lack something.</summary>
    public bool IsSound(Sorting<FileOrder> sorting) =>
        Sort == sorting.ToString() && Path is not null && FilterReader.IsText(Path);

    public static FileKey Before(Sorting<FileOrder> sorting) => sorting switch
    {
        { By: FileOrder.Path, IsDescending: false } => new(sorting.ToString(), 0, "", null, 0),
        { By: FileOrder.Path } => new(sorting.ToString(), int.MaxValue, "", null, 0),
        { By: FileOrder.VerifiedAt, IsDescending: false } => new(sorting.ToString(), 0, "", null, 0),
        { IsDescending: false } => new(sorting.ToString(), 0, "", long.MinValue, 0),
        _ => new(sorting.ToString(), 0, "", long.MaxValue, long.MaxValue),
    };

    public static FileKey Of(FileView file, Sorting<FileOrder> sorting) => sorting.By switch
    {
        FileOrder.Path => new(sorting.ToString(), file.TargetId, file.Path, null, 0),
        FileOrder.Size => new(sorting.ToString(), 0, "", file.Size, file.Id),
        FileOrder.Mtime => new(
            sorting.ToString(), 0, "", long.Parse(file.MtimeNs, CultureInfo.InvariantCulture), file.Id),
        _ => new(sorting.ToString(), 0, "", file.VerifiedAt?.ToUnixMicroseconds(), file.Id),
    };
}
