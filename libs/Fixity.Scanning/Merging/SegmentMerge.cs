using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

/// <summary>Goes through walk and baseline side by side in path order and decides, path by path, what must be found out.</summary>
/// <remarks>
/// Holds one entry and one row; everything else is in the two streams and in the bounded queue behind it. What is in hand
/// is gone through without waiting for anything: an unchanged file costs a comparison.
/// </remarks>
internal sealed class SegmentMerge(
    SegmentRules rules, WalkCursor walk, BaselineCursor baseline, MountCheck mounts, StepWriter steps,
    ISegmentControl control)
{
    // How far it goes before it looks whether somebody wants something of it.
    private const int PathsAtOnce = 512;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    // Enough to see what is left out; how many there are in all is counted.
    private const int MostSkipsListed = 1_000;

    /// <summary>Says what to do about files that lie below a mount.</summary>
    public const string NotCrossed =
        "Another file system is mounted here, over files that were watched or that are on it. Let the target go on into "
        + "other file systems (crossMounts), leave the folder out by a pattern, or unmount it.";

    private readonly PathFilterReader _filter = rules.Filter.Read();

    private readonly ScanWork _workOfNewFile =
        ScanWork.Content | ((rules.Watched & WatchedAttributes.Extended) != 0 ? ScanWork.Extended : ScanWork.None);

    // Where the segment ends since somebody took over the rest.
    private FilePath? _end;

    // What nothing is known of: rows below it are neither present nor deleted.
    private FilePath? _unknown;

    private int _skipsListed;

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
            if (steps.WaitsForReaders is { } room)
            {
                // Not longer at once: a file may take hours, and somebody may want part of the segment, or its end.
                await Task.WhenAny(room, Task.Delay(LookAgain, cancellation));
                cancellation.ThrowIfCancellationRequested();
                continue;
            }

            if (PassWhatIsInHand())
            {
                await steps.HandOverAsync(cancellation);
                await mounts.AskAsync(walk.Current, cancellation);
            }

            if (!steps.HasRoom)
            {
                await steps.HandOverAsync(cancellation);
            }
        }
        while (HasEntry || HasRow || walk.NeedsBlock || baseline.NeedsBlock || mounts.IsLeft(_end));

        await steps.EndAsync(cancellation);
        control.PendingSplit?.Settle(false);
    }

    private async ValueTask PauseAsync(CancellationToken cancellation)
    {
        var pause = control.WaitWhilePausedAsync(cancellation);
        if (!pause.IsCompletedSuccessfully)
        {
            await steps.HandOverAsync(cancellation);
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
            await steps.HandOverAsync(cancellation);
        }
        finally
        {
            await fetch; // A stream must not be closed while it is asked for more.
        }
    }

    private void AnswerSplit()
    {
        if (control.PendingSplit is not { IsAnswered: false } split)
        {
            return;
        }

        // Everything taken so far lies before what is next. Not so with a folder that cannot be listed: it may come late,
        // and to whoever goes on inside of it, it comes first.
        var isAhead = ((HasEntry && walk.Current.Kind != EntryKind.ListingFault && walk.Key < split.At)
                || (HasRow && baseline.Key < split.At))
            && (_end is not { } end || split.At < end);
        _end = isAhead ? split.At : _end;
        split.Settle(isAhead);
    }

    /// <returns>Whether it came to a mount that must be asked about.</returns>
    private bool PassWhatIsInHand()
    {
        for (var i = 0; i < PathsAtOnce && !walk.NeedsBlock && !baseline.NeedsBlock && steps.HasRoom; i++)
        {
            var (hasEntry, hasRow) = (HasEntry, HasRow);
            var order = !hasEntry ? 1 : !hasRow ? -1 : walk.Key.CompareTo(baseline.Key);
            if (hasEntry || hasRow ? mounts.IsDue(order <= 0 ? walk.Key : baseline.Key) : mounts.IsLeft(_end))
            {
                mounts.Pass(order <= 0 ? walk.Current : default, _unknown);
            }
            else if (!hasEntry && !hasRow)
            {
                return false;
            }
            else if (order <= 0 && mounts.IsNew(walk.Current))
            {
                return true;
            }
            else
            {
                Pass(order);
            }
        }

        return false;
    }

    private void Pass(int order)
    {
        var takesRow = order > 0;
        if (takesRow)
        {
            RowAlone(baseline.Current);
        }
        else if (walk.Current.Kind == EntryKind.ListingFault)
        {
            ListingFault(walk.Current);
        }
        else
        {
            takesRow = order == 0;
            Entry(walk.Current, takesRow);
        }

        steps.Passed(order > 0 ? baseline.Key : walk.Key);
        if (order <= 0)
        {
            walk.Advance();
        }

        if (takesRow)
        {
            baseline.Advance();
        }
    }

    private void RowAlone(in BaselineFile row)
    {
        if (!VerdictRules.IsLive(row))
        {
            return;
        }

        if (_filter.LeavesOut(row.Path))
        {
            RowExcluded(row);
        }
        else if (mounts.IsBlocked(row.Path))
        {
            RowUnknown(row);
        }
        else if (_unknown is { } range && row.Path.IsBelow(range))
        {
            RowUnknown(row);
            HiddenByMount(range);
        }
        else
        {
            steps.Row(row, ScanWork.Absence);
        }
    }

    private void RowUnknown(in BaselineFile row)
    {
        var verdict = VerdictRules.Judge(row, new Observation(Finding.NotListed), rules.Watched).Verdict;
        steps.Tally.FilesUnknown += verdict == Verdict.Unknown ? 1 : 0;
    }

    private void RowExcluded(in BaselineFile row)
    {
        if (VerdictRules.IsLive(row) && row.State != FileState.Excluded)
        {
            steps.Row(row, ScanWork.None, Finding.Excluded);
        }
    }

    private void ListingFault(in StorageEntry fault)
    {
        if (_filter.LeavesOutFolder(fault.Path.Bytes) || mounts.IsBlocked(fault.Path))
        {
            return;
        }

        var prefix = fault.Path.ToOwned();
        (_unknown, _unknownIsMount) = (prefix, false);
        var message = fault.Message ?? fault.Fault.Name();
        steps.Fault(prefix, new UnknownRange(prefix, fault.Fault.Name(), message));
        steps.Fault(prefix, new ScanFault(prefix, ScanFaultKinds.DirectoryUnreadable, message));
    }

    private void HiddenByMount(FilePath range)
    {
        if (_unknownIsMount)
        {
            _unknownIsMount = false;
            steps.Fault(baseline.Key, new UnknownRange(range, SkipKind.Mount.Name(), NotCrossed));
            steps.Fault(baseline.Key, new ScanFault(range, ScanFaultKinds.MountNotCrossed, NotCrossed));
        }
    }

    private void Entry(in StorageEntry entry, bool hasRow)
    {
        if (!rules.Filter.IsEverything && IsLeftOut(entry))
        {
            steps.Tally.FilesExcluded += entry.Kind == EntryKind.File ? 1 : 0;
            if (hasRow)
            {
                RowExcluded(baseline.Current);
            }

            return;
        }

        if (mounts.IsBlocked(entry.Path))
        {
            if (hasRow)
            {
                RowAlone(baseline.Current);
            }

            return;
        }

        switch (entry.Kind)
        {
            case EntryKind.Mount:
                break; // Checked before.

            case EntryKind.File:
                steps.Tally.FilesSeen++;
                steps.Tally.BytesSeen += entry.Metadata.SizeBytes;
                File(entry, hasRow);
                break;

            case EntryKind.EntryFault:
                steps.Tally.FilesSeen++;
                steps.FaultyFile(entry, hasRow ? baseline.Current : default, hasRow);
                break;

            case EntryKind.Skipped:
                Skipped(entry, hasRow);
                break;

            default:
                throw new InvalidOperationException($"A walk gave an entry of kind {entry.Kind}.");
        }
    }

    private bool IsLeftOut(in StorageEntry entry) =>
        entry.Path.IsRangeKey ? _filter.LeavesOutFolder(entry.Path.Bytes) : _filter.LeavesOut(entry.Path);

    private void File(in StorageEntry entry, bool hasRow)
    {
        if (!hasRow || !VerdictRules.IsLive(baseline.Current))
        {
            steps.NewFile(entry, hasRow ? baseline.Current : default, hasRow, _workOfNewFile);
            return;
        }

        ref readonly var row = ref baseline.Current;
        var work = (VerdictRules.NeedsContent(row, entry.Metadata, rules.VerifyAll) ? ScanWork.Content : ScanWork.None)
            | (VerdictRules.NeedsExtended(row, entry.Metadata, rules.Watched) ? ScanWork.Extended : ScanWork.None);
        if (work != ScanWork.None || VerdictRules.IsWorthRecording(row, entry.Metadata))
        {
            steps.KnownFile(entry, row, work);
        }
    }

    // It is there, and what is known of it stays as it was: to put a file away is not to change it.
    private void Archived(in StorageEntry entry, in BaselineFile row)
    {
        if (VerdictRules.IsLive(row) && !row.Metadata.SameContentAs(entry.Metadata))
        {
            const string message = "it was replaced and then archived: its content cannot be read";
            steps.FaultyFile(entry with { Fault = StorageFault.Denied, Message = message }, row, hasRow: true);
        }
    }

    private void Skipped(in StorageEntry entry, bool hasRow)
    {
        steps.Tally.FilesSkipped++;
        if (entry.SkipKind == SkipKind.Mount)
        {
            (_unknown, _unknownIsMount) = (entry.Path.ToOwned(), true);
        }

        if (hasRow && entry.SkipKind == SkipKind.Archived)
        {
            Archived(entry, baseline.Current);
        }
        else if (hasRow)
        {
            RowAlone(baseline.Current); // Where the baseline has a file there is none, and the listing proves it.
        }

        // Last: whoever goes on from here would not meet the row again.
        if (_skipsListed < MostSkipsListed)
        {
            _skipsListed++;
            steps.Fault(entry.Path, new SkippedEntry(entry.Path.ToOwned(), entry.SkipKind));
        }
    }
}
