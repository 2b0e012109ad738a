using Fixity.Core;

namespace Fixity.Scanning;

/// <summary>What one transaction records: the effects found since the last batch, how far the segment has come, and the
/// counters' growth.</summary>
/// <remarks>
/// A file is in at most one of the lists of files, but for <see cref="Attributes"/>, which stands beside them. What the engine hands over on a first scan is the same as ever: whether
/// an appearance is an event is the service's decision. The batch and all memory in it belong to the engine again when
/// <see cref="IScanSink.CommitAsync"/> returns: nothing of it may be kept.
/// </remarks>
public sealed class ScanBatch
{
    /// <summary>Files with no row yet, and deleted rows whose path returned.</summary>
    public List<AppearedFile> Appeared { get; } = [];

    /// <summary>Size or mtime, and the content: the baseline moves, state becomes present.</summary>
    public List<ModifiedFile> Modified { get; } = [];

    /// <summary>The baseline follows without a change of content: see <see cref="RefreshKind"/>. State becomes present.</summary>
    public List<RefreshedFile> Refreshed { get; } = [];

    /// <summary>Read and equal: only the time of verification moves, and what was missing of its digests is kept; an
    /// unreadable row becomes present.</summary>
    public List<VerifiedFile> Verified { get; } = [];

    /// <summary>The content differs although size and mtime do not. The baseline stays; state becomes corrupted, or
    /// tampered (<see cref="CorruptedFile.IsTampered"/>), that of a deleted row whose path returned too.</summary>
    public List<CorruptedFile> Corrupted { get; } = [];

    /// <summary>Excluded rows that were damaged when they were left out, and hold the same still: the state that they
    /// had then, no event. One that was never left out needs no write.</summary>
    public List<StillDamagedFile> StillDamaged { get; } = [];

    /// <summary>A corrupted row holds its baseline's content again: state present, verified now.</summary>
    public List<RestoredFile> Restored { get; } = [];

    /// <summary>Attributes that changed beside the content, or on a damaged file: recorded, whatever else is.</summary>
    public List<AttributesFile> Attributes { get; } = [];

    /// <summary>There, and unreadable: state unreadable (a corrupted row stays corrupted). Each also has an entry in
    /// <see cref="Errors"/>.</summary>
    public List<UnreadableFile> Unreadable { get; } = [];

    /// <summary>Proven to be gone: state deleted. The root's identity was checked again just before this was handed over.</summary>
    public List<DisappearedFile> Disappeared { get; } = [];

    /// <summary>Live rows that the target's patterns leave out: state excluded, no event.</summary>
    public List<ExcludedFile> Excluded { get; } = [];

    /// <summary>Folders of which nothing is known in this scan. The same one may come again after a resume.</summary>
    public List<UnknownRange> UnknownRanges { get; } = [];

    /// <summary>What went wrong. The same (path, kind) may come again after a resume and counts once.</summary>
    public List<ScanFault> Errors { get; } = [];

    /// <summary>What is listed and never opened; of a segment's run the first thousand, all are counted. No fault.</summary>
    public List<SkippedEntry> Skipped { get; } = [];

    /// <summary>File systems below the root that were gone into for the first time, or found over files of the baseline. To
    /// be recorded no later than the files on them.</summary>
    public List<RecordedMount> Mounts { get; } = [];

    public ScanCounters Counters { get; } = new();

    /// <summary>Everything up to and including this path is in this or an earlier batch. Null: nothing yet.</summary>
    public FilePath? Checkpoint { get; set; }

    /// <summary>The file that is worked on, for people who watch.</summary>
    public FilePath? CurrentPath { get; set; }

    /// <summary>The segment is finished with this batch.</summary>
    public bool IsLast { get; set; }

    /// <summary>Where paths and checksums of this batch lie.</summary>
    internal BatchMemory Memory { get; } = new();

    /// <summary>Rows that this batch writes.</summary>
    public int Effects =>
        Appeared.Count + Modified.Count + Refreshed.Count + Verified.Count + Corrupted.Count + StillDamaged.Count
        + Restored.Count + Attributes.Count + Unreadable.Count + Disappeared.Count + Excluded.Count
        + UnknownRanges.Count + Errors.Count + Skipped.Count + Mounts.Count;

    /// <summary>Makes it fit for the next one.</summary>
    internal void Clear()
    {
        Appeared.Clear();
        Modified.Clear();
        Refreshed.Clear();
        Verified.Clear();
        Corrupted.Clear();
        StillDamaged.Clear();
        Restored.Clear();
        Attributes.Clear();
        Unreadable.Clear();
        Disappeared.Clear();
        Excluded.Clear();
        UnknownRanges.Clear();
        Errors.Clear();
        Skipped.Clear();
        Mounts.Clear();
        Counters.Clear();
        Memory.Clear();
        (Checkpoint, CurrentPath, IsLast) = (null, null, false);
    }
}

/// <summary>How much the counters of the scan grow by one batch. What the lists of the batch say is not repeated here.</summary>
public sealed class ScanCounters
{
    /// <summary>Regular files that the walk met.</summary>
    public long FilesSeen { get; set; }

    public long BytesSeen { get; set; }

    /// <summary>Files read to their end.</summary>
    public long FilesHashed { get; set; }

    /// <summary>Bytes read, those of files still being read included.</summary>
    public long BytesHashed { get; set; }

    /// <summary>Files whose content was read and equals the baseline, whichever list they are in.</summary>
    public long FilesVerified { get; set; }

    /// <summary>Files that changed while they were read, twice: nothing is known of their content.</summary>
    public long FilesUnstable { get; set; }

    /// <summary>Entries that are not regular files.</summary>
    public long FilesSkipped { get; set; }

    /// <summary>Rows of the baseline (not deleted ones) inside folders that could not be listed.</summary>
    public long FilesUnknown { get; set; }

    /// <summary>Files that were damaged before and still hold the same wrong content: no event, no write.</summary>
    public long FilesStillCorrupted { get; set; }

    /// <summary>Files that the walk met and the target's patterns leave out. Those in folders that are left out as a whole
    /// are not even met.</summary>
    public long FilesExcluded { get; set; }

    /// <summary>Files that are left alone because reading them hung not long ago.</summary>
    public long FilesBackedOff { get; set; }

    public bool IsZero =>
        (FilesSeen | BytesSeen | FilesHashed | BytesHashed | FilesVerified | FilesUnstable | FilesSkipped | FilesUnknown
            | FilesStillCorrupted | FilesExcluded | FilesBackedOff) == 0;

    internal void Clear()
    {
        (FilesSeen, BytesSeen, FilesHashed, BytesHashed, FilesVerified, FilesUnstable) = (0, 0, 0, 0, 0, 0);
        (FilesSkipped, FilesUnknown, FilesStillCorrupted, FilesExcluded, FilesBackedOff) = (0, 0, 0, 0, 0);
    }
}
