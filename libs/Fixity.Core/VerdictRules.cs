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

    /// <summary>Mode, owner or group differ; the content was not read.</summary>
    Attributes = 6,

    /// <summary>Read, and equal.</summary>
    Verified = 7,

    /// <summary>The content differs although size and mtime do not.</summary>
    Corrupted = 8,

    /// <summary>Corrupted before, and the same wrong content still.</summary>
    StillCorrupted = 9,

    /// <summary>Corrupted before, and the baseline's content again.</summary>
    Restored = 10,

    /// <summary>There was a row, but no checksum yet: now there is.</summary>
    FirstRead = 11,

    /// <summary>There, but neither equal nor different: it could not be read.</summary>
    Unreadable = 12,

    /// <summary>It changed while it was read.</summary>
    Unstable = 13,

    /// <summary>Listed, and gone when it was opened: left for the next scan, whose listing is the proof.</summary>
    Vanished = 14,

    /// <summary>Its directory could not be listed: neither present nor deleted.</summary>
    Unknown = 15,
}

/// <summary>What the walk and the reader found out about one path.</summary>
public enum Finding
{
    /// <summary>A regular file, listed and not read.</summary>
    Listed = 1,

    /// <summary>Read to its end, and nothing moved meanwhile.</summary>
    Read = 2,

    /// <summary>Listed, and its content or even its metadata cannot be read.</summary>
    Unreadable = 3,

    /// <summary>Listed, and it changed while it was read.</summary>
    Unstable = 4,

    /// <summary>Listed, and gone when it was opened.</summary>
    Vanished = 5,

    /// <summary>Its directory was listed to the end, and no regular file of this name is in it.</summary>
    Absent = 6,

    /// <summary>Its directory could not be listed to the end.</summary>
    NotListed = 7,
}

/// <summary>One look at one path: the finding, and what belongs to it.</summary>
/// <param name="Metadata">Meaningful when the file was listed and its metadata read.</param>
/// <param name="Checksum">When it was read: of the content, in the algorithm of the row it is compared with.</param>
public readonly record struct Observation(Finding Finding, FileMetadata Metadata, ReadOnlyMemory<byte> Checksum = default);

/// <summary>The rules that turn a row of the baseline and one look into a verdict. Pure: the same in every scan.</summary>
public static class VerdictRules
{
    /// <summary>Whether a listed file must be read before anything can be said of it.</summary>
    /// <param name="baseline">Null: there is no row.</param>
    public static bool NeedsContent(BaselineFile? baseline, in FileMetadata listed, bool verifyAll) =>
        baseline is not { State: not FileState.Deleted } row
        || row.State is FileState.Corrupted or FileState.Unreadable
        || !row.HasChecksum
        || !row.Metadata.SameContentAs(listed)
        || row.IsDue
        || verifyAll;

    public static Verdict Judge(BaselineFile? baseline, in Observation seen) =>
        baseline is { State: not FileState.Deleted } row ? JudgeKnown(row, seen) : JudgeNew(seen);

    private static Verdict JudgeNew(in Observation seen) => seen.Finding switch
    {
        Finding.Read => Verdict.Added,
        Finding.Unreadable => Verdict.Unreadable,
        Finding.Unstable => Verdict.Unstable,
        Finding.Vanished => Verdict.Vanished,
        Finding.Absent or Finding.NotListed => Verdict.None,
        _ => throw new ArgumentException("A file without a baseline is read before it is judged.", nameof(seen)),
    };

    private static Verdict JudgeKnown(in BaselineFile row, in Observation seen) => seen.Finding switch
    {
        Finding.Listed => JudgeUnread(row, seen.Metadata),
        Finding.Read => JudgeContent(row, seen),
        Finding.Unreadable => Verdict.Unreadable,
        Finding.Unstable => Verdict.Unstable,
        Finding.Vanished => Verdict.Vanished,
        Finding.Absent => Verdict.Deleted,
        Finding.NotListed => Verdict.Unknown,
        _ => throw new ArgumentException($"not a finding: {seen.Finding}", nameof(seen)),
    };

    private static Verdict JudgeUnread(in BaselineFile row, in FileMetadata listed)
    {
        if (!row.Metadata.SameContentAs(listed))
        {
            throw new ArgumentException("A file whose size or mtime differs is read before it is judged.", nameof(listed));
        }

        return row.Metadata.SameAttributesAs(listed) ? Verdict.Unchanged : Verdict.Attributes;
    }

    private static Verdict JudgeContent(in BaselineFile row, in Observation seen)
    {
        if (!row.HasChecksum)
        {
            return Verdict.FirstRead;
        }

        var untouched = row.Metadata.SameContentAs(seen.Metadata);
        if (row.Checksum.Span.SequenceEqual(seen.Checksum.Span))
        {
            return row.State == FileState.Corrupted ? Verdict.Restored : untouched ? Verdict.Verified : Verdict.Touched;
        }

        // Before the metadata: touching a corrupted file must not turn its rot into the new truth.
        if (row.State == FileState.Corrupted && row.ObservedChecksum.Span.SequenceEqual(seen.Checksum.Span))
        {
            return Verdict.StillCorrupted;
        }

        return untouched ? Verdict.Corrupted : Verdict.Modified;
    }
}
