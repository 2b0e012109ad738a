using System.Threading.Channels;
using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

/// <summary>Goes through walk and baseline side by side in path order and decides, path by path, what must be found out.</summary>
/// <remarks>
/// Holds one entry, one row and one block of steps; everything else is in the two streams and in the bounded queue behind
/// it. What is in hand is gone through without waiting for anything: an unchanged file costs a comparison.
/// </remarks>
internal sealed class SegmentMerge(
    SegmentRules rules,
    WalkCursor walk,
    BaselineCursor baseline,
    ChannelWriter<StepBlock> steps,
    ChannelWriter<ReadJob> jobs,
    StepBlockPool pool,
    ISegmentControl control)
{
    // How far it goes before it looks whether somebody wants something of it.
    private const int PassedPerStep = 512;

    // One path may take two.
    private const int StepsOfOnePath = 2;

    private readonly PathFilterReader _filter = rules.Filter.Read();
    private StepBlock _block = pool.Take();
    private ScanTally _tally;
    private int _passed;

    // Where the segment ends since somebody took over the rest.
    private FilePath? _end;

    // What nothing is known of: rows below it are neither present nor deleted.
    private FilePath? _unknown;

    // A mount is not a fault by itself: only when it hides files that the baseline has.
    private bool _unknownIsMount;

    private bool HasEntry => walk.HasCurrent && (_end is not { } end || walk.Key < end);

    private bool HasRow => baseline.HasCurrent && (_end is not { } end || baseline.Key < end);

    /// <summary>Goes on to the end of both streams, or until the process is to end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        do
        {
            if (control.Stopping.IsCancellationRequested)
            {
                return;
            }

            await PauseAsync(cancellation);
            await FetchAsync(walk.NeedsBlock ? walk.FetchAsync() : default, cancellation);
            await FetchAsync(baseline.NeedsBlock ? baseline.FetchAsync() : default, cancellation);
            AnswerSplit();
            if (PassInHand() || _block.Count + StepsOfOnePath > StepBlock.Capacity)
            {
                await HandOverAsync(cancellation);
            }
        }
        while (HasEntry || HasRow || walk.NeedsBlock || baseline.NeedsBlock);

        // What was passed since the last step. No position: the end is further than any.
        Emit(new ScanStep { Tally = TakeTally() });
        await HandOverAsync(cancellation);
        control.PendingSplit?.Settle(false);
    }

    private async ValueTask PauseAsync(CancellationToken cancellation)
    {
        var pause = control.WaitWhilePausedAsync(cancellation);
        if (!pause.IsCompletedSuccessfully)
        {
            await HandOverAsync(cancellation);
            await pause;
        }
    }

    // Nobody shall wait for what is found already while this waits for more.
    private async ValueTask FetchAsync(ValueTask fetch, CancellationToken cancellation)
    {
        if (fetch.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            await HandOverAsync(cancellation);
        }
        finally
        {
            await fetch; // A stream must not be closed while it is asked for more.
        }
    }

    private async ValueTask HandOverAsync(CancellationToken cancellation)
    {
        if (_block.Count > 0)
        {
            var full = _block;
            _block = pool.Take();
            await steps.WriteAsync(full, cancellation);
        }
    }

    private void AnswerSplit()
    {
        if (control.PendingSplit is not { IsAnswered: false } split)
        {
            return;
        }

        // Everything taken so far lies before what is next.
        var isAhead = (HasEntry && walk.Key < split.At) || (HasRow && baseline.Key < split.At);
        _end = isAhead && (_end is not { } end || split.At < end) ? split.At : _end;
        split.Settle(isAhead && _end == split.At);
    }

    /// <summary>Passes what both streams have in hand.</summary>
    /// <returns>Whether it stopped because the block of steps is full.</returns>
    private bool PassInHand()
    {
        for (var i = 0; i < PassedPerStep && !walk.NeedsBlock && !baseline.NeedsBlock; i++)
        {
            var (hasEntry, hasRow) = (HasEntry, HasRow);
            if (!hasEntry && !hasRow)
            {
                return false;
            }

            if (_block.Count + StepsOfOnePath > StepBlock.Capacity)
            {
                return true;
            }

            Pass(!hasEntry ? 1 : !hasRow ? -1 : walk.Key.CompareTo(baseline.Key));
        }

        return false;
    }

    private void Pass(int order)
    {
        var takesRow = order > 0;
        if (takesRow)
        {
            RowAlone();
        }
        else if (walk.Current.Kind == EntryKind.ListingFault)
        {
            ListingFault();
        }
        else
        {
            takesRow = order == 0;
            Entry(takesRow);
        }

        if (++_passed >= PassedPerStep)
        {
            Emit(new ScanStep { Position = order > 0 ? baseline.Key : walk.Key, Tally = TakeTally() });
        }

        if (order <= 0)
        {
            walk.Advance();
        }

        if (takesRow)
        {
            baseline.Advance();
        }
    }

    private void RowAlone()
    {
        ref readonly var row = ref baseline.Current;
        if (!VerdictRules.IsLive(row))
        {
            return;
        }

        if (_filter.LeavesOut(row.Path))
        {
            RowExcluded();
        }
        else if (_unknown is { } range && row.Path.IsBelow(range))
        {
            var verdict = VerdictRules.Judge(row, new Observation(Finding.NotListed), rules.Watched).Verdict;
            _tally.FilesUnknown += verdict == Verdict.Unknown ? 1 : 0;
            HiddenByMount();
        }
        else
        {
            Emit(new ScanStep
            {
                Position = row.Path, Tally = TakeTally(), IsFile = true, HasRow = true, Row = row, Work = ScanWork.Absence,
            });
        }
    }

    private void RowExcluded()
    {
        ref readonly var row = ref baseline.Current;
        if (VerdictRules.IsLive(row) && row.State != FileState.Excluded)
        {
            Emit(new ScanStep
            {
                Position = row.Path,
                Tally = TakeTally(),
                IsFile = true,
                HasRow = true,
                Row = row,
                Answer = new ReadAnswer(Finding.Excluded),
            });
        }
    }

    private void ListingFault()
    {
        ref readonly var fault = ref walk.Current;
        if (_filter.LeavesOutFolder(fault.Path.Bytes))
        {
            return;
        }

        var prefix = fault.Path.ToOwned();
        (_unknown, _unknownIsMount) = (prefix, false);
        var message = fault.Message ?? fault.Fault.Name();
        EmitFault(prefix, new UnknownRange(prefix, fault.Fault.Name(), message));
        EmitFault(prefix, new ScanFault(prefix, ScanFaultKinds.DirectoryUnreadable, message));
    }

    private void HiddenByMount()
    {
        if (_unknownIsMount && _unknown is { } prefix)
        {
            _unknownIsMount = false;
            EmitFault(
                baseline.Key,
                new UnknownRange(prefix, SkipKind.Mount.Name(), "another file system is mounted over it"));
        }
    }

    private void Entry(bool hasRow)
    {
        ref readonly var entry = ref walk.Current;
        if (!rules.Filter.IsEverything && IsLeftOut(entry))
        {
            _tally.FilesExcluded += entry.Kind == EntryKind.File ? 1 : 0;
            if (hasRow)
            {
                RowExcluded();
            }

            return;
        }

        switch (entry.Kind)
        {
            case EntryKind.File:
                File(entry, hasRow);
                break;

            case EntryKind.EntryFault:
                EntryFault(entry, hasRow);
                break;

            case EntryKind.Skipped:
                _tally.FilesSkipped++;
                if (entry.SkipKind == SkipKind.Mount)
                {
                    (_unknown, _unknownIsMount) = (entry.Path.ToOwned(), true);
                }

                if (hasRow)
                {
                    RowAlone(); // Where the baseline has a file there is none any more, and the listing proves it.
                }

                break;

            default:
                throw new InvalidOperationException($"A walk gave an entry of kind {entry.Kind}.");
        }
    }

    private bool IsLeftOut(in StorageEntry entry) =>
        entry.Path.IsRangeKey ? _filter.LeavesOutFolder(entry.Path.Bytes) : _filter.LeavesOut(entry.Path);

    private void File(in StorageEntry entry, bool hasRow)
    {
        _tally.FilesSeen++;
        _tally.BytesSeen += entry.Metadata.SizeBytes;

        if (!hasRow || !VerdictRules.IsLive(baseline.Current))
        {
            var work = ScanWork.Content | ((rules.Watched & WatchedAttributes.Extended) != 0 ? ScanWork.Extended : 0);
            EmitFile(entry, hasRow, work);
            return;
        }

        ref readonly var row = ref baseline.Current;
        var needed = (VerdictRules.NeedsContent(row, entry.Metadata, rules.VerifyAll) ? ScanWork.Content : ScanWork.None)
            | (VerdictRules.NeedsExtended(row, entry.Metadata, rules.Watched) ? ScanWork.Extended : ScanWork.None);
        if (needed != ScanWork.None || VerdictRules.IsWorthRecording(row, entry.Metadata))
        {
            EmitFile(entry, hasRow: true, needed);
        }
    }

    private void EmitFile(in StorageEntry entry, bool hasRow, ScanWork work)
    {
        var step = new ScanStep
        {
            Position = entry.Path,
            Tally = TakeTally(),
            IsFile = true,
            Work = work,
            HasRow = hasRow,
            Row = hasRow ? baseline.Current : default,
            IsListed = true,
            Listed = entry.Metadata,
            Answer = new ReadAnswer(Finding.Listed),
        };
        step.IsVerification = step.HasLiveRow && step.Row.HasChecksum && step.Row.Metadata.SameContentAs(step.Listed);
        Emit(step);
    }

    private void EntryFault(in StorageEntry entry, bool hasRow)
    {
        _tally.FilesSeen++;
        Emit(new ScanStep
        {
            Position = entry.Path,
            Tally = TakeTally(),
            IsFile = true,
            HasRow = hasRow,
            Row = hasRow ? baseline.Current : default,
            Answer = ReadAnswer.Unreadable(entry.Fault, entry.Message ?? entry.Fault.Name()),
        });
    }

    private void EmitFault(FilePath position, object fault) =>
        Emit(new ScanStep { Position = position, Tally = TakeTally(), Fault = fault });

    private void Emit(in ScanStep step)
    {
        _passed = 0;
        var index = _block.Add(step);
        if (step.Work != ScanWork.None)
        {
            // Unbounded, and bounded all the same by the queue of blocks; refused only when reading has ended.
            jobs.TryWrite(new ReadJob(_block, index));
        }
    }

    private ScanTally TakeTally()
    {
        var tally = _tally;
        _tally = default;
        return tally;
    }
}
