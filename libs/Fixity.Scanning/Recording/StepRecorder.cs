using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Takes steps in walk order, waits for the files among them that are being read, and hands over batches.</summary>
internal sealed class StepRecorder(
    ChannelReader<ScanStep> steps, HashWorkers workers, BatchHandover handover, SegmentLimits limits, TimeProvider clock,
    CancellationToken stopping)
{
    // Enough for any tree that is merely in use; one that changes everywhere at once is told so at once.
    private const int MaxSecondReads = 1_000;

    private readonly Queue<HashJob> _secondReads = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FilePath? _position;

    public async Task<SegmentOutcome> RunAsync(CancellationToken cancellation)
    {
        await using var onStop = stopping.Register(() => _stopped.TrySetResult());
        try
        {
            while (await WaitAsync(steps.WaitToReadAsync(cancellation).AsTask(), cancellation))
            {
                while (steps.TryRead(out var step))
                {
                    if (!await RecordAsync(step, cancellation))
                    {
                        GiveUpSecondReads();
                        await handover.CommitAsync(_position, isLast: false, cancellation);
                        return SegmentOutcome.Interrupted;
                    }
                }
            }
        }
        catch (StorageException) when (!handover.Failed)
        {
            // What was finished before the storage broke off is true all the same.
            GiveUpSecondReads();
            await handover.CommitAsync(_position, isLast: false, cancellation);
            throw;
        }

        return await EndAsync(cancellation);
    }

    private async Task<SegmentOutcome> EndAsync(CancellationToken cancellation)
    {
        var completed = !stopping.IsCancellationRequested;
        while (completed && _secondReads.TryPeek(out var unstable))
        {
            var again = unstable.Again();
            await workers.Jobs.WriteAsync(again, cancellation);
            completed = await WaitForAsync(again, cancellation);
            if (completed)
            {
                _secondReads.Dequeue();
                handover.Add(again, await again.Result);
                await handover.CommitIfDueAsync(_position, again.Path, cancellation);
            }
        }

        GiveUpSecondReads();
        await handover.CommitAsync(_position, isLast: completed, cancellation);
        return completed ? SegmentOutcome.Completed : SegmentOutcome.Interrupted;
    }

    // The checkpoint has passed them: whoever goes on later does not meet them again.
    private void GiveUpSecondReads()
    {
        while (_secondReads.TryDequeue(out var unstable))
        {
            handover.Add(unstable, new HashResult(Finding.Unstable));
        }
    }

    /// <returns>False: the process is to end, and this file is not read yet.</returns>
    private async ValueTask<bool> RecordAsync(ScanStep step, CancellationToken cancellation)
    {
        if (step.Job is { } job)
        {
            if (!job.Result.IsCompleted && !await WaitForAsync(job, cancellation))
            {
                return false;
            }

            var result = await job.Result;
            if (result.Finding == Finding.Unstable && _secondReads.Count < MaxSecondReads)
            {
                _secondReads.Enqueue(job);
            }
            else
            {
                handover.Add(job, result);
            }
        }

        handover.Add(step);
        _position = step.Position > (_position ?? default) ? step.Position : _position;
        await handover.CommitIfDueAsync(_position, step.Position, cancellation);
        return true;
    }

    private async Task<bool> WaitForAsync(HashJob job, CancellationToken cancellation)
    {
        while (!job.Result.IsCompleted && !_stopped.Task.IsCompleted)
        {
            await PauseAsync(job.Result, job.Path, cancellation);
        }

        return job.Result.IsCompleted;
    }

    /// <returns>False: there is no further step, or the process is to end.</returns>
    private async Task<bool> WaitAsync(Task<bool> more, CancellationToken cancellation)
    {
        while (!more.IsCompleted && !_stopped.Task.IsCompleted)
        {
            await PauseAsync(more, _position, cancellation);
        }

        return more.IsCompleted && await more;
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

        await handover.CommitIfDueAsync(_position, current, cancellation);
    }
}
