using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Turns verdicts into the entries of a batch.</summary>
/// <param name="batchSize">Entries that a batch may come to.</param>
internal sealed class BatchWriter(SegmentRules rules, int batchSize)
{
    // Few changes take little room; more will be a whole batch of them, and to double up to that would leave several
    // large arrays behind, which a collection of everything alone frees.
    private const int FewFiles = 256;

    public static void AddTally(ScanBatch batch, in ScanTally tally)
    {
        batch.Counters.FilesSeen += tally.FilesSeen;
        batch.Counters.BytesSeen += tally.BytesSeen;
        batch.Counters.FilesSkipped += tally.FilesSkipped;
        batch.Counters.FilesUnknown += tally.FilesUnknown;
        batch.Counters.FilesExcluded += tally.FilesExcluded;
    }

    /// <summary>Adds what the listing failed at.</summary>
    public static void AddFault(ScanBatch batch, object fault)
    {
        switch (fault)
        {
            case UnknownRange unknown:
                batch.UnknownRanges.Add(unknown);
                break;
            case ScanFault error:
                batch.Errors.Add(error);
                break;
            case SkippedEntry skipped:
                batch.Skipped.Add(skipped);
                break;
            case RecordedMount mount:
                batch.Mounts.Add(mount);
                break;
            default:
                throw new ArgumentException($"not a fault: {fault.GetType()}", nameof(fault));
        }
    }

    /// <summary>The verdict on a step of which everything is known.</summary>
    public Judgement Judge(in ScanStep step)
    {
        var seen = new Observation(
            step.Answer.Finding, step.Answer.Finding == Finding.Read ? step.Answer.Metadata : step.Listed,
            step.Stored, step.Answer.Extended);
        return step.HasLiveRow ? VerdictRules.Judge(step.Row, seen, rules.Watched)
            : step.HasRow ? VerdictRules.JudgeReturned(step.Row, seen)
            : VerdictRules.JudgeRowless(seen);
    }

    /// <param name="damage">Of a damaged file: where its content differs; null: not known.</param>
    public void Add(ScanBatch batch, in ScanStep step, in Judgement judgement, IReadOnlyList<ByteRange>? damage)
    {
        var verdict = judgement.Verdict;
        batch.Counters.FilesHashed += step.Answer.Finding == Finding.Read ? 1 : 0;
        batch.Counters.FilesVerified += verdict is Verdict.Verified or Verdict.Touched or Verdict.Restored ? 1 : 0;
        AddExtendedFault(batch, step);
        switch (verdict)
        {
            case Verdict.None or Verdict.Unchanged or Verdict.Vanished:
                break; // Of what vanished the next scan's listing is the proof.
            case Verdict.Added:
                batch.Appeared.EnsureCapacity(batch.Appeared.Count < FewFiles ? 0 : batchSize);
                batch.Appeared.Add(new AppearedFile(
                    step.HasRow ? step.Row.Id : null, batch.Memory.Keep(step.Position), step.Answer.Metadata,
                    rules.Algorithm, batch.Memory.Keep(step.Checksum), step.Answer.Extended, step.Answer.Groups));
                break;
            case Verdict.Unreadable when step.Work.HasFlag(ScanWork.Absence):
                AddUnknown(batch, step, step.Answer.Fault.Name(), step.Answer.Message);
                break;
            case Verdict.Unknown:
                AddUnknown(batch, step, SkipKind.Mount.Name(), SegmentMerge.NotCrossed);
                AddError(batch, step, ScanFaultKinds.MountNotCrossed, SegmentMerge.NotCrossed);
                break;
            case Verdict.Unreadable:
                AddUnreadable(batch, step);
                break;
            case Verdict.Unstable:
                batch.Counters.FilesUnstable++;
                AddError(batch, step, ScanFaultKinds.Unstable, "it changed while it was read, twice");
                break;
            case Verdict.BackedOff:
                batch.Counters.FilesBackedOff++;
                AddError(batch, step, ScanFaultKinds.Timeout, "it is left alone: reading it hung not long ago");
                break;
            case Verdict.Excluded:
                batch.Excluded.Add(new ExcludedFile(step.Row.Id, batch.Memory.Keep(step.Position)));
                break;
            case Verdict.Deleted:
                batch.Disappeared.Add(new DisappearedFile(
                    step.Row.Id, batch.Memory.Keep(step.Position), step.Row.Metadata, step.Row.Algorithm,
                    batch.Memory.Keep(step.Row.Checksum)));
                break;
            case Verdict.Attributes or Verdict.Followed:
                AddUnread(batch, step, judgement);
                break;
            default:
                AddRead(batch, step, judgement, damage);
                break;
        }
    }

    private void AddRead(ScanBatch batch, in ScanStep step, in Judgement judgement, IReadOnlyList<ByteRange>? damage)
    {
        ref readonly var row = ref step.Row;
        ref readonly var answer = ref step.Answer;
        var path = batch.Memory.Keep(step.Position);
        var metadata = answer.Metadata.Or(row.Metadata);
        var extended = answer.Extended.Or(row.Extended);
        switch (judgement.Verdict)
        {
            case Verdict.Verified or Verdict.Touched or Verdict.FirstRead:
                AddEqual(batch, step, judgement, path);
                return;
            case Verdict.Modified:
                batch.Modified.Add(new ModifiedFile(
                    row.Id, path, row.Metadata, metadata, row.Algorithm, batch.Memory.Keep(row.Checksum),
                    rules.Algorithm, batch.Memory.Keep(step.Checksum), extended, answer.Groups,
                    answer.Evidence));
                break;
            case Verdict.Corrupted or Verdict.Tampered:
                batch.Corrupted.Add(new CorruptedFile(
                    row.Id, path, row.Metadata, step.StoredAlgorithm(rules.Algorithm), batch.Memory.Keep(row.Checksum),
                    batch.Memory.Keep(step.Stored), judgement.Verdict == Verdict.Tampered, answer.Metadata.CtimeNs, damage,
                    answer.Evidence, answer.Groups));
                break;
            case Verdict.StillDamaged:
                batch.Counters.FilesStillCorrupted++;
                if (row.State == FileState.Excluded)
                {
                    batch.StillDamaged.Add(new StillDamagedFile(row.Id, path));
                }

                break;
            case Verdict.Restored:
                batch.Restored.Add(new RestoredFile(
                    row.Id, path, metadata, step.StoredAlgorithm(rules.Algorithm),
                    batch.Memory.Keep(row.ObservedChecksum), rules.Algorithm, batch.Memory.Keep(step.Checksum), extended,
                    answer.Groups));
                break;
            default:
                throw new InvalidOperationException($"A file that was read cannot be {judgement.Verdict}.");
        }

        var watched = judgement.Attributes & rules.Watched;
        var isFollowed = judgement.Verdict is Verdict.Modified or Verdict.Restored;
        if (watched != 0 || (!isFollowed && (judgement.Attributes != 0 || extended != row.Extended)))
        {
            batch.Attributes.Add(new AttributesFile(
                row.Id, path, row.Metadata, metadata, extended, Changes(row, watched, metadata, extended)));
        }
    }

    private void AddEqual(ScanBatch batch, in ScanStep step, in Judgement judgement, FilePath path)
    {
        ref readonly var row = ref step.Row;
        var isTouched = (judgement.Differences & (Differences.Mtime | Differences.Ctime | Differences.Size)) != 0;
        var watched = judgement.Attributes & rules.Watched;
        var extended = step.Answer.Extended.Or(row.Extended);
        var follows = judgement.Attributes != watched || extended != row.Extended;
        var kind = (judgement.Verdict == Verdict.FirstRead ? RefreshKind.FirstRead : RefreshKind.None)
            | (isTouched ? RefreshKind.Touched : RefreshKind.None)
            | (watched != 0 ? RefreshKind.Attributes : RefreshKind.None)
            | (row.HasChecksum && row.Algorithm != rules.Algorithm ? RefreshKind.AlgorithmChanged : RefreshKind.None)
            | (follows ? RefreshKind.Followed : RefreshKind.None);
        if (kind == RefreshKind.None)
        {
            batch.Verified.Add(new VerifiedFile(row.Id, path, step.Answer.Groups));
            return;
        }

        var metadata = step.Answer.Metadata.Or(row.Metadata);
        batch.Refreshed.Add(new RefreshedFile(
            row.Id, path, kind, row.Metadata, metadata, ContentWasRead: true, rules.Algorithm,
            batch.Memory.Keep(step.Checksum), extended, Changes(row, watched, metadata, extended),
            rules.ReportTouched && judgement.Verdict == Verdict.Touched, step.Answer.Groups));
    }

    private void AddUnread(ScanBatch batch, in ScanStep step, in Judgement judgement)
    {
        ref readonly var row = ref step.Row;
        var watched = judgement.Attributes & rules.Watched;
        var metadata = step.Listed.Or(row.Metadata);
        var extended = step.Answer.Extended.Or(row.Extended);
        batch.Refreshed.Add(new RefreshedFile(
            row.Id, batch.Memory.Keep(step.Position),
            watched != 0 ? RefreshKind.Attributes : RefreshKind.Followed, row.Metadata, metadata, ContentWasRead: false,
            row.Algorithm, batch.Memory.Keep(row.Checksum), extended, Changes(row, watched, metadata, extended)));
    }

    private static IReadOnlyList<AttributeChange>? Changes(
        in BaselineFile row, WatchedAttributes which, in FileMetadata metadata, in ExtendedAttributes extended) =>
        which == 0 ? null : WatchedAttributeNames.Changes(which, row.Metadata, row.Extended, metadata, extended);

    private static void AddUnreadable(ScanBatch batch, in ScanStep step)
    {
        var cause = step.Answer.Fault.Name();
        if (step.HasLiveRow || step.IsListed)
        {
            batch.Unreadable.Add(new UnreadableFile(
                step.HasRow ? step.Row.Id : null, step.HasRow && !step.HasLiveRow, batch.Memory.Keep(step.Position),
                step.IsListed ? step.Listed : null, cause,
                step.HasRow && (step.HasLiveRow || VerdictRules.KeepsBaseline(step.Row, step.Listed))));
        }

        var kind = step.Answer.Fault == StorageFault.Timeout ? ScanFaultKinds.Timeout : ScanFaultKinds.FileUnreadable;
        AddError(batch, step, kind, step.Answer.Message ?? cause);
    }

    // Whether it is gone could not be found out: what was listed without it may be wrong too.
    private static void AddUnknown(ScanBatch batch, in ScanStep step, string cause, string? message)
    {
        batch.Counters.FilesUnknown++;
        var prefix = batch.Memory.Keep(step.Position.Parent.AsRangeKey());
        if (batch.UnknownRanges.Count == 0 || batch.UnknownRanges[^1].Prefix != prefix)
        {
            batch.UnknownRanges.Add(new UnknownRange(prefix, cause, message ?? cause));
        }
    }

    private static void AddExtendedFault(ScanBatch batch, in ScanStep step)
    {
        if (step.Answer.ExtendedFault is { } message)
        {
            AddError(batch, step, ScanFaultKinds.AttributesUnreadable, message);
        }
    }

    private static void AddError(ScanBatch batch, in ScanStep step, string kind, string message) =>
        batch.Errors.Add(new ScanFault(batch.Memory.Keep(step.Position), kind, message));
}
