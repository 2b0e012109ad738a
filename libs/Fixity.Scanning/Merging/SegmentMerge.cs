using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

/// <summary>Goes through walk and baseline side by side in path order and decides, file by file, what is to be done.</summary>
/// <remarks>Holds one entry and one row; everything else is in the two streams and in the bounded queue behind it.</remarks>
internal sealed class SegmentMerge(
    SegmentPlan plan,
    WalkCursor walk,
    BaselineCursor baseline,
    ChannelWriter<ScanStep> steps,
    ChannelWriter<HashJob> jobs,
    ISegmentControl control)
{
    private const int PassedPerStep = 512;

    private ScanTally _tally;
    private int _passed;

    // Exclusive; nearer than the plan's once somebody took over what lies behind.
    private FilePath? _end = plan.Range.To;

    // What nothing is known of: rows below it are neither present nor deleted.
    private FilePath? _unknown;

    // A mount is not a fault by itself: only when it hides files that the baseline has.
    private bool _unknownIsMount;

    /// <summary>Goes on to the end of both streams, or until the process is to end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await walk.MoveNextAsync();
        await baseline.MoveNextAsync();
        while (walk.HasCurrent || baseline.HasCurrent)
        {
            if (control.Stopping.IsCancellationRequested)
            {
                return;
            }

            await control.WaitWhilePausedAsync(cancellation);
            AnswerSplit();
            if (_end is { } end && Next >= end)
            {
                break;
            }

            await PassAsync(cancellation);
        }

        // What was passed since the last step. No position: the end is further than any.
        await EmitAsync(new ScanStep(default, TakeTally()), cancellation);
    }

    private FilePath Next => !walk.HasCurrent || (baseline.HasCurrent && baseline.Key < walk.Key) ? baseline.Key : walk.Key;

    private void AnswerSplit()
    {
        if (control.PendingSplit is not { IsAnswered: false } split)
        {
            return;
        }

        var accepted = Next < split.At && (_end is not { } end || split.At < end);
        _end = accepted ? split.At : _end;
        split.Settle(accepted);
    }

    private async ValueTask PassAsync(CancellationToken cancellation)
    {
        var order = !walk.HasCurrent ? 1 : !baseline.HasCurrent ? -1 : walk.Key.CompareTo(baseline.Key);
        var takesRow = order > 0;
        if (takesRow)
        {
            await RowAloneAsync(cancellation);
        }
        else if (walk.Current.Kind == EntryKind.ListingFault)
        {
            await ListingFaultAsync(cancellation);
        }
        else
        {
            takesRow = order == 0;
            await EntryAsync(takesRow, cancellation);
        }

        if (++_passed >= PassedPerStep)
        {
            await EmitAsync(new ScanStep((order > 0 ? baseline.Key : walk.Key).ToOwned(), TakeTally()), cancellation);
        }

        if (order <= 0)
        {
            await walk.MoveNextAsync();
        }

        if (takesRow)
        {
            await baseline.MoveNextAsync();
        }
    }

    private ValueTask RowAloneAsync(CancellationToken cancellation)
    {
        var unknown = _unknown is { } range && baseline.Key.IsBelow(range);
        var verdict = VerdictRules.Judge(
            baseline.Current, new Observation(unknown ? Finding.NotListed : Finding.Absent, default));

        if (verdict == Verdict.Unknown)
        {
            _tally.FilesUnknown++;
            return _unknownIsMount ? HiddenByMountAsync(cancellation) : ValueTask.CompletedTask;
        }

        return verdict == Verdict.Deleted ? EmitAsync(Disappeared(), cancellation) : ValueTask.CompletedTask;
    }

    private async ValueTask ListingFaultAsync(CancellationToken cancellation)
    {
        var fault = walk.Current;
        var prefix = fault.Path.ToOwned();
        (_unknown, _unknownIsMount) = (prefix, false);

        var message = fault.Message ?? fault.Fault.Name();
        await EmitAsync(
            new ScanStep(prefix, TakeTally(), Effect: new UnknownRange(prefix, fault.Fault.Name(), message)), cancellation);
        await EmitAsync(
            new ScanStep(prefix, default, Effect: new ScanFault(prefix, ScanFaultKinds.DirectoryUnreadable, message)),
            cancellation);
    }

    private async ValueTask HiddenByMountAsync(CancellationToken cancellation)
    {
        _unknownIsMount = false;
        var prefix = _unknown ?? throw new InvalidOperationException("Only a range can be hidden by a mount.");
        await EmitAsync(
            new ScanStep(
                baseline.Key.ToOwned(), TakeTally(),
                Effect: new UnknownRange(prefix, SkipKind.Mount.Name(), "another file system is mounted over it")),
            cancellation);
    }

    private ValueTask EntryAsync(bool hasRow, CancellationToken cancellation)
    {
        var entry = walk.Current;
        switch (entry.Kind)
        {
            case EntryKind.File:
                return FileAsync(entry, hasRow, cancellation);

            case EntryKind.EntryFault:
                return EntryFaultAsync(entry, hasRow, cancellation);

            case EntryKind.Skipped:
                _tally.FilesSkipped++;
                if (entry.SkipKind == SkipKind.Mount)
                {
                    (_unknown, _unknownIsMount) = (entry.Path.ToOwned(), true);
                }

                // Where the baseline has a file there is none any more, and the listing proves it.
                return hasRow ? RowAloneAsync(cancellation) : ValueTask.CompletedTask;

            default:
                throw new InvalidOperationException($"A walk gave an entry of kind {entry.Kind}.");
        }
    }

    private ValueTask FileAsync(in StorageEntry entry, bool hasRow, CancellationToken cancellation)
    {
        _tally.FilesSeen++;
        _tally.BytesSeen += entry.Metadata.SizeBytes;

        BaselineFile? row = hasRow ? baseline.Current : null;
        if (VerdictRules.NeedsContent(row, entry.Metadata, plan.VerifyAll))
        {
            return SubmitAsync(new HashJob(entry.Path.ToOwned(), entry.Metadata, Owned(row), plan.Algorithm), cancellation);
        }

        var verdict = VerdictRules.Judge(row, new Observation(Finding.Listed, entry.Metadata));
        return verdict == Verdict.Attributes
            ? EmitAsync(AttributesChanged(entry), cancellation)
            : ValueTask.CompletedTask;
    }

    private async ValueTask EntryFaultAsync(StorageEntry entry, bool hasRow, CancellationToken cancellation)
    {
        _tally.FilesSeen++;
        var path = entry.Path.ToOwned();
        var step = new ScanStep(path, TakeTally());
        if (hasRow && baseline.Current.State != FileState.Deleted)
        {
            var effect = new UnreadableFile(baseline.Current.Id, false, path, null, entry.Fault.Name());
            await EmitAsync(step with { Effect = effect }, cancellation);
            step = step with { Tally = default };
        }

        var fault = new ScanFault(path, ScanFaultKinds.FileUnreadable, entry.Message ?? entry.Fault.Name());
        await EmitAsync(step with { Effect = fault }, cancellation);
    }

    private ScanStep Disappeared()
    {
        var row = baseline.Current;
        var path = row.Path.ToOwned();
        return new ScanStep(path, TakeTally(), Effect: new DisappearedFile(
            row.Id, path, row.Metadata, row.Algorithm, row.Checksum.ToArray()));
    }

    private ScanStep AttributesChanged(in StorageEntry entry)
    {
        var row = baseline.Current;
        var path = row.Path.ToOwned();
        var metadata = row.Metadata with
        {
            Mode = entry.Metadata.Mode ?? row.Metadata.Mode,
            Uid = entry.Metadata.Uid ?? row.Metadata.Uid,
            Gid = entry.Metadata.Gid ?? row.Metadata.Gid,
        };
        return new ScanStep(path, TakeTally(), Effect: new RefreshedFile(
            row.Id, path, RefreshKind.Attributes, row.Metadata, metadata, ContentWasRead: false,
            row.Algorithm, row.Checksum.ToArray()));
    }

    // In the order first: a worker may be done with it before the recorder hears of it, but never the other way round.
    private async ValueTask SubmitAsync(HashJob job, CancellationToken cancellation)
    {
        await EmitAsync(new ScanStep(job.Path, TakeTally(), job), cancellation);
        await jobs.WriteAsync(job, cancellation);
    }

    private ValueTask EmitAsync(ScanStep step, CancellationToken cancellation)
    {
        _passed = 0;
        return steps.WriteAsync(step, cancellation);
    }

    private ScanTally TakeTally()
    {
        var tally = _tally;
        _tally = default;
        return tally;
    }

    // The block that the row lies in is used again long before the file is read.
    private static BaselineFile? Owned(BaselineFile? row) => row is not { } kept ? null : kept with
    {
        Path = default,
        Checksum = kept.Checksum.ToArray(),
        ObservedChecksum = kept.ObservedChecksum.ToArray(),
    };
}
