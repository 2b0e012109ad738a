using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Takes steps in walk order, waits for the files among them that are being read, and hands over batches.</summary>
/// <param name="after">The checkpoint from which the segment goes on; null: it begins.</param>
internal sealed class StepRecorder(
    ChannelReader<StepBlock> blocks, StepBlockPool pool, HashWorkers workers, BatchHandover handover, SegmentLimits limits,
    FilePath? after, TimeProvider clock, CancellationToken stopping)
{
    // Enough for any tree that is merely in use; one that changes everywhere at once is told so at once.
    private const int MaxSecondReads = 1_000;

    private readonly List<StepBlock> _secondReads = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Checkpoint _checkpoint = new(after);
    private int _secondReadCount;

    // What is being recorded, and its first step that is not.
    private StepBlock? _inHand;
    private bool _inHandIsSecondRead;
    private int _next;

    public async Task<SegmentOutcome> RunAsync(CancellationToken cancellation)
    {
        await using var onStop = stopping.Register(() => _stopped.TrySetResult());
        try
        {
            while (await WaitAsync(blocks.WaitToReadAsync(cancellation), cancellation))
            {
                while (blocks.TryRead(out var block))
                {
                    if (!await RecordAsync(block, isSecondRead: false, cancellation))
                    {
                        return await EndEarlyAsync(cancellation);
                    }
                }
            }

            return await EndAsync(cancellation);
        }
        catch (StorageException) when (!handover.Failed)
        {
            // What was finished before the storage broke off is true all the same. In two commits, because the second
            // says of files that they cannot be read or are gone, and is refused when the root is out of reach too.
            await EndEarlyAsync(cancellation);
            await RecordSettledAsync(cancellation);
            await EndEarlyAsync(cancellation);
            throw;
        }
    }

    /// <summary>Records what is known of the steps that wait, or the next scan would hang in the same reads again.</summary>
    private async Task RecordSettledAsync(CancellationToken cancellation)
    {
        var isInOrder = true;
        if (_inHand is { } inHand)
        {
            isInOrder = await RecordSettledAsync(inHand, _next, _inHandIsSecondRead, isInOrder, cancellation);
        }

        // The merge may still go on: what waits now, the one it cannot get rid of included, is enough.
        for (var left = blocks.Count + 1; left > 0 && blocks.TryRead(out var block); left--)
        {
            isInOrder = await RecordSettledAsync(block, 0, isSecondRead: false, isInOrder, cancellation);
        }
    }

    /// <returns>Whether everything up to the end of the block is recorded.</returns>
    private async ValueTask<bool> RecordSettledAsync(
        StepBlock block, int first, bool isSecondRead, bool isInOrder, CancellationToken cancellation)
    {
        for (var i = first; i < block.Count; i++)
        {
            if (!block.IsSettled(i))
            {
                isInOrder = isSecondRead;
                if (isSecondRead)
                {
                    await GiveUpUnsettledAsync(block, i, cancellation);
                }
            }
            else if (isInOrder)
            {
                await RecordAsync(block, i, isSecondRead, cancellation);
            }
            else if (block[i] is { IsListed: true, Answer: { Finding: Finding.Unreadable, Fault: StorageFault.Timeout } })
            {
                // Behind the checkpoint, which stays: whoever should go on from it finds the file's row and leaves it alone.
                await handover.AddFileAsync(block, i, cancellation);
            }
        }

        return isInOrder;
    }

    private async Task<SegmentOutcome> EndAsync(CancellationToken cancellation)
    {
        if (stopping.IsCancellationRequested)
        {
            return await EndEarlyAsync(cancellation);
        }

        while (_secondReads is [var block, ..])
        {
            for (var i = 0; i < block.Count; i++)
            {
                workers.Jobs.Add(new ReadJob(block, i));
            }

            _secondReads.RemoveAt(0);
            if (!await RecordAsync(block, isSecondRead: true, cancellation))
            {
                return await EndEarlyAsync(cancellation);
            }
        }

        await handover.CommitAsync(_checkpoint.Path, isLast: true, cancellation);
        return SegmentOutcome.Completed;
    }

    private async Task<SegmentOutcome> EndEarlyAsync(CancellationToken cancellation)
    {
        // The checkpoint has passed them: whoever goes on later does not meet them again.
        foreach (var block in _secondReads)
        {
            for (var i = 0; i < block.Count; i++)
            {
                await GiveUpAsync(block, i, cancellation);
            }
        }

        _secondReads.Clear();
        await handover.CommitAsync(_checkpoint.Path, isLast: false, cancellation);
        return SegmentOutcome.Interrupted;
    }

    private ValueTask GiveUpAsync(StepBlock block, int index, CancellationToken cancellation)
    {
        block[index].Answer = new ReadAnswer(Finding.Unstable);
        return handover.AddFileAsync(block, index, cancellation);
    }

    /// <returns>False: the process is to end, and not every file of the block is read yet.</returns>
    private async ValueTask<bool> RecordAsync(StepBlock block, bool isSecondRead, CancellationToken cancellation)
    {
        (_inHand, _inHandIsSecondRead, _next) = (block, isSecondRead, 0);
        while (_next < block.Count)
        {
            if (!block.IsSettled(_next))
            {
                if (_stopped.Task.IsCompleted)
                {
                    await GiveUpFromAsync(block, isSecondRead ? _next : block.Count, cancellation);
                    return false;
                }

                await PauseAsync(block.WhenSettled(), block[_next].Position, cancellation);
            }
            else
            {
                await RecordAsync(block, _next++, isSecondRead, cancellation);
            }
        }

        _inHand = null;
        pool.Give(block);
        return true;
    }

    private async ValueTask GiveUpFromAsync(StepBlock block, int first, CancellationToken cancellation)
    {
        for (var i = first; i < block.Count; i++)
        {
            await GiveUpUnsettledAsync(block, i, cancellation);
        }
    }

    private ValueTask GiveUpUnsettledAsync(StepBlock block, int index, CancellationToken cancellation)
    {
        // A worker may be writing the answer at this moment: this one's is in a step of its own.
        var given = new StepBlock();
        given.Add(block[index] with { Work = ScanWork.None });
        return GiveUpAsync(given, 0, cancellation);
    }

    private async ValueTask RecordAsync(StepBlock block, int index, bool isSecondRead, CancellationToken cancellation)
    {
        if (!isSecondRead)
        {
            handover.AddPassed(block[index]);
            _checkpoint.MoveTo(block[index].Position);
        }

        if (!isSecondRead && IsForNow(block[index].Answer) && _secondReadCount < MaxSecondReads)
        {
            ReadAgainLater(block[index]);
        }
        else if (block[index].IsFile)
        {
            await handover.AddFileAsync(block, index, cancellation);
        }

        await handover.CommitIfDueAsync(_checkpoint.Path, block[index].Position, cancellation);
    }

    // At the end of the scan whoever wrote to it, or held it against us, may have finished.
    private static bool IsForNow(in ReadAnswer answer) =>
        answer is { Finding: Finding.Unstable } or { Finding: Finding.Unreadable, Fault: StorageFault.Locked };

    private void ReadAgainLater(in ScanStep unstable)
    {
        if (_secondReads is not [.., { Count: < StepBlock.Capacity } block])
        {
            _secondReads.Add(block = new StepBlock());
        }

        block.Add(unstable with { Tally = default, Answer = new ReadAnswer(Finding.Listed) });
        _secondReadCount++;
    }

    /// <returns>False: there is no further block, or the process is to end.</returns>
    private async ValueTask<bool> WaitAsync(ValueTask<bool> more, CancellationToken cancellation)
    {
        if (more.IsCompleted)
        {
            return await more;
        }

        var waiting = more.AsTask();
        while (!waiting.IsCompleted && !_stopped.Task.IsCompleted)
        {
            await PauseAsync(waiting, _checkpoint.Path, cancellation);
        }

        return waiting.IsCompleted && await waiting;
    }

    /// <summary>Waits a while, no longer than until the next sign of life is due, and gives it.</summary>
    private async Task PauseAsync(Task awaited, FilePath? current, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tick = Task.Delay(limits.ProgressInterval, clock, over.Token);
        var first = await Task.WhenAny(awaited, tick, workers.Failed, _stopped.Task);
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        if (first == workers.Failed)
        {
            await workers.Failed;
        }

        await handover.CommitIfDueAsync(_checkpoint.Path, current, cancellation);
    }
}
