namespace Fixity.Core;

/// <summary>What one look at one path came to.</summary>
public enum Verdict
{
    /// <summary>Nothing to say: there was no live row, and there is no file.</summary>
    None = 0,

    /// <summary>Size and mtime as recorded; the content was not read.</summary>
    Unchanged = 1,

    /// <summary>A file without a row, or the return of a deleted one.</summary>
    Added = 2,

    /// <summary>Proven to be gone.</summary>
    Deleted = 3,

    /// <summary>Size or mtime, and the content, differ.</summary>
    Modified = 4,

    /// <summary>mtime differs, the content is equal.</summary>
    Touched = 5,

    /// <summary>Watched attributes differ; the content was not read.</summary>
    Attributes = 6,

    /// <summary>Read, and equal.</summary>
    Verified = 7,

    /// <summary>The content differs although no time does.</summary>
    Corrupted = 8,

    /// <summary>Damaged before, and the same wrong content still.</summary>
    StillDamaged = 9,

    /// <summary>Damaged before, and the baseline's content again.</summary>
    Restored = 10,

    /// <summary>There was a row, but no checksum yet: now there is.</summary>
    FirstRead = 11,

    /// <summary>There, but neither equal nor different: it could not be read.</summary>
    Unreadable = 12,

    /// <summary>It changed while it was read.</summary>
    Unstable = 13,

    /// <summary>Listing and looking disagree: left for the next scan, whose listing is the proof.</summary>
    Vanished = 14,

    /// <summary>Its directory could not be listed: neither present nor deleted.</summary>
    Unknown = 15,

    /// <summary>The content differs, size and mtime do not, but ctime does: somebody wrote and put the time back.</summary>
    Tampered = 16,

    /// <summary>The target's patterns leave it out.</summary>
    Excluded = 17,

    /// <summary>Reading it hung not long ago: its content is left alone.</summary>
    BackedOff = 18,

    /// <summary>Only what nobody watches differs, or was not known yet: the baseline follows, and nobody is told.</summary>
    Followed = 19,
}

/// <summary>In what a file is not as recorded: the evidence of a verdict.</summary>
[Flags]
public enum Differences
{
    None = 0,
    Size = 1,
    Mtime = 2,
    Ctime = 4,
    Content = 8,
}

/// <summary>A verdict and what it rests on.</summary>
/// <param name="Attributes">Those that differ, watched or not.</param>
public readonly record struct Judgement(
    Verdict Verdict, Differences Differences = Differences.None, WatchedAttributes Attributes = WatchedAttributes.None);

/// <summary>What the walk and the reader found out about one path.</summary>
public enum Finding
{
    /// <summary>A regular file, listed; its content was not read.</summary>
    Listed = 1,

    /// <summary>Read to its end, and nothing moved meanwhile.</summary>
    Read = 2,

    /// <summary>Listed, and its content or even its metadata cannot be read.</summary>
    Unreadable = 3,

    /// <summary>Listed, and it changed while it was read.</summary>
    Unstable = 4,

    /// <summary>Listed, and gone when it was opened; or the other way round.</summary>
    Vanished = 5,

    /// <summary>Its directory was listed to the end, and no regular file of this name is in it.</summary>
    Absent = 6,

    /// <summary>Its directory could not be listed to the end.</summary>
    NotListed = 7,

    /// <summary>The target's patterns leave it out, whether it is there or not.</summary>
    Excluded = 8,
}

/// <summary>One look at one path: the finding, and what belongs to it.</summary>
/// <param name="Metadata">Meaningful when the file was listed and its metadata read.</param>
/// <param name="Checksum">When it was read: of the content, in the algorithm of the row it is compared with.</param>
/// <param name="Extended">What was not read is null.</param>
public readonly record struct Observation(
    Finding Finding,
    FileMetadata Metadata = default,
    ReadOnlyMemory<byte> Checksum = default,
    ExtendedAttributes Extended = default);
