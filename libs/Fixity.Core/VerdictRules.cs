namespace Fixity.Core;

/// <summary>The rules that turn a row of the baseline and one look into a verdict. Pure: the same in every scan.</summary>
/// <remarks>
/// Size and mtime say that content was written, and so that a difference is an edit. ctime cannot be set: where it
/// moved and they did not, only reading tells a chmod from a write in disguise. An attribute that changed as well
/// explains nothing: whoever wrote may have changed it, and a ctime followed unread would hide the write for good.
/// </remarks>
public static class VerdictRules
{
    /// <summary>Whether the path has a row that a scan judges by: a deleted one is only kept for its return.</summary>
    public static bool IsLive(in BaselineFile row) => row.State != FileState.Deleted;

    /// <summary>Whether a listed file must be read before anything can be said of it.</summary>
    /// <param name="row">A live one: all else is read anyway.</param>
    public static bool NeedsContent(in BaselineFile row, in FileMetadata listed, bool verifyAll) =>
        !row.IsBackedOff
        && (verifyAll
            || row.IsDue
            || !row.HasChecksum
            || row.State != FileState.Present
            || !row.Metadata.SameContentAs(listed)
            || !row.Metadata.SameCtimeAs(listed));

    /// <summary>Whether the attributes that no listing shows must be read of a live file.</summary>
    public static bool NeedsExtended(in BaselineFile row, in FileMetadata listed, WatchedAttributes watched)
    {
        var extended = watched & WatchedAttributes.Extended;
        return extended != 0 && !row.IsBackedOff
            && ((extended & ~row.Extended.Known) != 0 || !row.Metadata.SameCtimeAs(listed));
    }

    /// <summary>Whether a file that needs no reading is anything but as recorded.</summary>
    public static bool IsWorthRecording(in BaselineFile row, in FileMetadata listed) =>
        row.IsBackedOff || row.Metadata.AttributesThatDiffer(listed) != WatchedAttributes.None;

    /// <summary>Whether a deleted row still says what the file should hold that returned and cannot be read.</summary>
    public static bool KeepsBaseline(in BaselineFile row, in FileMetadata listed) =>
        row.HasChecksum && (row.IsDamaged || row.Metadata.SameContentAs(listed));

    /// <summary>Of a path that has no row.</summary>
    public static Judgement JudgeRowless(in Observation seen) => new(seen.Finding switch
    {
        Finding.Read => Verdict.Added,
        Finding.Unreadable => Verdict.Unreadable,
        Finding.Unstable => Verdict.Unstable,
        Finding.Vanished => Verdict.Vanished,
        Finding.Absent or Finding.NotListed or Finding.Excluded => Verdict.None,
        _ => throw new ArgumentException("A file without a baseline is read before it is judged.", nameof(seen)),
    });

    /// <summary>Of a path that has a deleted row.</summary>
    /// <remarks>
    /// Who carries a damaged file away and brings it back has not accepted it: with the size and mtime of the row it is
    /// held against the row's checksum, and with the content that was damaged before it is damaged whatever its times.
    /// Anything else at that path is a new file.
    /// </remarks>
    public static Judgement JudgeReturned(in BaselineFile row, in Observation seen)
    {
        if (seen.Finding != Finding.Read || !row.HasChecksum || row.Checksum.Span.SequenceEqual(seen.Checksum.Span))
        {
            return JudgeRowless(seen);
        }

        var differences = DifferencesOf(row.Metadata, seen.Metadata) | Differences.Content;
        var verdict = row.DamagedAs is { } was && row.ObservedChecksum.Span.SequenceEqual(seen.Checksum.Span)
            ? was == FileState.Tampered ? Verdict.Tampered : Verdict.Corrupted
            : (differences & (Differences.Size | Differences.Mtime)) != 0 ? Verdict.Added
            : differences.HasFlag(Differences.Ctime) ? Verdict.Tampered
            : Verdict.Corrupted;
        return verdict == Verdict.Added ? new(verdict) : new(verdict, differences, AttributesThatDiffer(row, seen));
    }

    /// <summary>Of a path that has a live row.</summary>
    public static Judgement Judge(in BaselineFile row, in Observation seen, WatchedAttributes watched) => seen.Finding switch
    {
        Finding.Listed => JudgeUnread(row, seen, watched),
        Finding.Read => JudgeContent(row, seen),
        Finding.Unreadable => new(Verdict.Unreadable),
        Finding.Unstable => new(Verdict.Unstable),
        Finding.Vanished => new(Verdict.Vanished),
        Finding.Absent => new(Verdict.Deleted),
        Finding.NotListed => new(row.State == FileState.Excluded ? Verdict.None : Verdict.Unknown),
        Finding.Excluded => new(row.State == FileState.Excluded ? Verdict.None : Verdict.Excluded),
        _ => throw new ArgumentException($"not a finding: {seen.Finding}", nameof(seen)),
    };

    private static Judgement JudgeUnread(in BaselineFile row, in Observation seen, WatchedAttributes watched)
    {
        if (row.IsBackedOff)
        {
            return new(Verdict.BackedOff);
        }

        if (row.State != FileState.Present || !row.Metadata.SameContentAs(seen.Metadata)
            || !row.Metadata.SameCtimeAs(seen.Metadata))
        {
            throw new ArgumentException("A file that may have been written is read before it is judged.", nameof(seen));
        }

        var attributes = AttributesThatDiffer(row, seen);
        var isFirstLook = (seen.Extended.Known & ~row.Extended.Known & watched) != 0;
        var verdict = (attributes & watched) != 0 ? Verdict.Attributes
            : attributes != 0 || isFirstLook ? Verdict.Followed
            : Verdict.Unchanged;
        return new(verdict, Differences.None, attributes);
    }

    private static Judgement JudgeContent(in BaselineFile row, in Observation seen)
    {
        var attributes = AttributesThatDiffer(row, seen);
        var differences = DifferencesOf(row.Metadata, seen.Metadata);
        if (!row.HasChecksum)
        {
            return new(Verdict.FirstRead, differences, attributes);
        }

        var isWritten = (differences & (Differences.Size | Differences.Mtime)) != 0;
        if (row.Checksum.Span.SequenceEqual(seen.Checksum.Span))
        {
            return new(
                row.IsDamaged ? Verdict.Restored : isWritten ? Verdict.Touched : Verdict.Verified, differences, attributes);
        }

        differences |= Differences.Content;

        // Before the times: touching a damaged file must not turn its damage into the new truth.
        var verdict = row.IsDamaged && row.ObservedChecksum.Span.SequenceEqual(seen.Checksum.Span) ? Verdict.StillDamaged
            : isWritten ? Verdict.Modified
            : differences.HasFlag(Differences.Ctime) ? Verdict.Tampered
            : Verdict.Corrupted;
        return new(verdict, differences, attributes);
    }

    private static WatchedAttributes AttributesThatDiffer(in BaselineFile row, in Observation seen) =>
        row.Metadata.AttributesThatDiffer(seen.Metadata) | row.Extended.ThatDiffer(seen.Extended);

    private static Differences DifferencesOf(in FileMetadata recorded, in FileMetadata now) =>
        (recorded.SizeBytes == now.SizeBytes ? Differences.None : Differences.Size)
        | (recorded.MtimeNs == now.MtimeNs ? Differences.None : Differences.Mtime)
        | (recorded.SameCtimeAs(now) ? Differences.None : Differences.Ctime);
}
