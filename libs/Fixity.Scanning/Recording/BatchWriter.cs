using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Turns verdicts into the entries of a batch.</summary>
internal static class BatchWriter
{
    public static void AddTally(ScanBatch batch, in ScanTally tally)
    {
        batch.Counters.FilesSeen += tally.FilesSeen;
        batch.Counters.BytesSeen += tally.BytesSeen;
        batch.Counters.FilesSkipped += tally.FilesSkipped;
        batch.Counters.FilesUnknown += tally.FilesUnknown;
    }

    /// <summary>Adds what the merge found without reading.</summary>
    public static void AddEffect(ScanBatch batch, object effect)
    {
        switch (effect)
        {
            case DisappearedFile disappeared:
                batch.Disappeared.Add(disappeared);
                break;
            case RefreshedFile refreshed:
                batch.Refreshed.Add(refreshed);
                break;
            case UnreadableFile unreadable:
                batch.Unreadable.Add(unreadable);
                break;
            case UnknownRange unknown:
                batch.UnknownRanges.Add(unknown);
                break;
            case ScanFault fault:
                batch.Errors.Add(fault);
                break;
            default:
                throw new ArgumentException($"not an effect: {effect.GetType()}", nameof(effect));
        }
    }

    /// <summary>Judges a file that was read, or could not be, and adds what follows.</summary>
    public static void AddResult(ScanBatch batch, HashJob job, HashResult result)
    {
        var verdict = VerdictRules.Judge(job.Row, new Observation(result.Finding, result.Metadata, result.Stored));
        batch.Counters.FilesHashed += result.Finding == Finding.Read ? 1 : 0;
        batch.Counters.FilesVerified += verdict is Verdict.Verified or Verdict.Touched or Verdict.Restored ? 1 : 0;

        switch (verdict)
        {
            case Verdict.Added:
                batch.Appeared.Add(new AppearedFile(
                    job.Row?.Id, job.Path, result.Metadata, job.Algorithm, result.Checksum));
                break;
            case Verdict.Unreadable:
                AddUnreadable(batch, job, result);
                break;
            case Verdict.Unstable:
                batch.Counters.FilesUnstable++;
                batch.Errors.Add(new ScanFault(job.Path, ScanFaultKinds.Unstable, "it changed while it was read, twice"));
                break;
            case Verdict.Vanished:
                break; // The next scan's listing is the proof.
            default:
                AddKnown(batch, job, result, verdict, job.Row ?? throw NoRow(verdict));
                break;
        }
    }

    private static void AddKnown(
        ScanBatch batch, HashJob job, HashResult result, Verdict verdict, in BaselineFile row)
    {
        var path = job.Path;
        switch (verdict)
        {
            case Verdict.Verified or Verdict.Touched or Verdict.FirstRead:
                AddEqual(batch, job, result, verdict, row);
                break;
            case Verdict.Modified:
                batch.Modified.Add(new ModifiedFile(
                    row.Id, path, row.Metadata, result.Metadata, row.Algorithm, row.Checksum, job.Algorithm,
                    result.Checksum));
                break;
            case Verdict.Corrupted:
                batch.Corrupted.Add(new CorruptedFile(
                    row.Id, path, row.Metadata, job.StoredAlgorithm, row.Checksum, result.Stored,
                    IsTampered: CtimeMoved(row, result)));
                break;
            case Verdict.StillCorrupted:
                batch.Counters.FilesStillCorrupted++;
                break;
            case Verdict.Restored:
                batch.Restored.Add(new RestoredFile(
                    row.Id, path, result.Metadata, job.StoredAlgorithm, row.ObservedChecksum, job.Algorithm,
                    result.Checksum));
                break;
            default:
                throw new InvalidOperationException($"A file that was read cannot be {verdict}.");
        }
    }

    private static void AddEqual(
        ScanBatch batch, HashJob job, HashResult result, Verdict verdict, in BaselineFile row)
    {
        var kind = (verdict == Verdict.FirstRead ? RefreshKind.FirstRead : RefreshKind.None)
            | (verdict == Verdict.Touched || CtimeMoved(row, result) ? RefreshKind.Touched : RefreshKind.None)
            | (row.Metadata.SameAttributesAs(result.Metadata) ? RefreshKind.None : RefreshKind.Attributes)
            | (row.HasChecksum && row.Algorithm != job.Algorithm ? RefreshKind.AlgorithmChanged : RefreshKind.None);

        if (kind == RefreshKind.None)
        {
            batch.Verified.Add(new VerifiedFile(row.Id, job.Path));
        }
        else
        {
            batch.Refreshed.Add(new RefreshedFile(
                row.Id, job.Path, kind, row.Metadata, result.Metadata, ContentWasRead: true, job.Algorithm,
                result.Checksum));
        }
    }

    private static void AddUnreadable(ScanBatch batch, HashJob job, HashResult result)
    {
        var cause = result.Fault.Name();
        var wasDeleted = job.Row is { State: FileState.Deleted };
        batch.Unreadable.Add(new UnreadableFile(job.Row?.Id, wasDeleted, job.Path, job.Listed, cause));
        batch.Errors.Add(new ScanFault(
            job.Path,
            result.Fault == StorageFault.Timeout ? ScanFaultKinds.Timeout : ScanFaultKinds.FileUnreadable,
            result.Message ?? cause));
    }

    private static bool CtimeMoved(in BaselineFile row, HashResult result) =>
        row.Metadata.CtimeNs is { } recorded && result.Metadata.CtimeNs is { } now && recorded != now;

    private static InvalidOperationException NoRow(Verdict verdict) =>
        new($"A file without a row cannot be {verdict}.");
}
