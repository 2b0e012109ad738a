using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Reads files on several threads, and replaces a thread that hangs in a read.</summary>
internal sealed class HashWorkers : IAsyncDisposable
{
    /// <summary>So many hanging reads are not of the files but of the storage.</summary>
    public const int MaxStalledReads = 32;

    /// <summary>So many threads may hang in reads of all segments of this process, those that ended included.</summary>
    public const int MaxHungReads = 128;

    private static int _hungReads;

    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop;
    private readonly ReaderSetup _setup;
    private readonly SegmentLimits _limits;
    private readonly TimeProvider _clock;
    private readonly List<(ReadProgress Progress, Task Ended)> _workers = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watching;
    private int _stalledReads;

    public HashWorkers(ReaderSetup setup, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (_setup, _limits, _clock) = (setup, setup.Limits, setup.Clock);
        Jobs = new ReadQueue(_limits.WindowBytes);
        var most = setup.Backend.Capabilities.MaxConcurrentReads;
        for (var i = 0; i < Math.Clamp(_limits.Workers, 1, most); i++)
        {
            _workers.Add(StartWorker());
        }

        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Where files to be read go.</summary>
    public ReadQueue Jobs { get; }

    public ByteCount BytesRead { get; } = new();

    public int StalledReads => Volatile.Read(ref _stalledReads);

    /// <summary>Fails when reading as a whole has failed; never completes otherwise.</summary>
    public Task Failed => _failed.Task;

    public async ValueTask DisposeAsync()
    {
        Jobs.End();
        await _stop.CancelAsync();
        await _watching;
        var all = Task.WhenAll(_workers.Select(worker => worker.Ended));

        // A thread that hangs in a read is left behind: it holds a file and a buffer, and ends when the read does.
        await Task.WhenAny(all, Task.Delay(PatienceAtEnd, _clock, CancellationToken.None));
        if (all.IsCompleted && StalledReads == 0)
        {
            _stop.Dispose();
        }
    }

    private (ReadProgress Progress, Task Ended) StartWorker()
    {
        var progress = new ReadProgress(_clock, BytesRead);
        return (progress, WorkerThread.Run(() => WorkAsync(progress, _stop.Token), "fixity-hash"));
    }

    private async Task WorkAsync(ReadProgress progress, CancellationToken stop)
    {
        using var reader = new FileReader(_setup, progress, Jobs);
        try
        {
            while (await Jobs.WaitToTakeAsync(stop))
            {
                while (Jobs.TryTake(out var job))
                {
                    progress.Take(job);
                    if (!await AnswerAsync(reader, progress, job, stop))
                    {
                        return; // Given up meanwhile, and another works in this one's place.
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The segment ends; that is how a worker ends.
        }
#pragma warning disable CA1031 // Not swallowed: it ends the segment.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failed.TrySetException(failure);
        }
        finally
        {
            Interlocked.Add(ref _hungReads, progress.WasGivenUp ? -1 : 0);
        }
    }

    /// <returns>False: the file was taken away from this worker meanwhile.</returns>
    private async ValueTask<bool> AnswerAsync(
        FileReader reader, ReadProgress progress, ReadJob job, CancellationToken stop)
    {
        if (job.Shared is { } shared)
        {
            await reader.HelpAsync(shared, stop);
            return progress.TryFinish();
        }

        var since = _clock.GetTimestamp();
        var answer = await reader.ReadAsync(job, stop);
        if (!progress.TryFinish())
        {
            return false;
        }

        if (answer.Finding == Finding.Read)
        {
            _setup.Hashed?.Invoke(job.Step.StoredAlgorithm(_setup.Rules.Algorithm), _clock.GetElapsedTime(since));
        }

        reader.CopyDigests(job, answer);
        job.Block.Settle(job.Index, answer);
        return true;
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_limits.ReadTimeout / 4, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var isTooMany = false;
                for (var i = 0; i < _workers.Count; i++)
                {
                    if (_workers[i].Progress.TryGiveUp(_limits.ReadTimeout, out var job))
                    {
                        isTooMany |= !TryReplace(i, job);
                    }
                }

                // Not before every file that hangs by now is settled: what is not settled is not recorded.
                if (isTooMany)
                {
                    _failed.TrySetException(new StorageException(
                        StorageFault.Timeout, default,
                        $"{StalledReads} reads gave not a byte within {_limits.ReadTimeout} each"));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The segment ends; that is how the watch ends.
        }
    }

    /// <summary>Answers for the file of a worker that hangs, and puts another in its place.</summary>
    /// <returns>False: too many hang already, there is no other.</returns>
    private bool TryReplace(int index, in ReadJob job)
    {
        var timeout = _limits.ReadTimeout;
        var message = $"not a byte came within {timeout}";
        if (job.Shared is { } shared)
        {
            shared.Fail(new StorageException(StorageFault.Timeout, shared.Path, message));
            shared.Leave();
        }
        else
        {
            job.Block.Settle(job.Index, ReadAnswer.Unreadable(StorageFault.Timeout, message));
        }

        var isTooMany = Interlocked.Increment(ref _stalledReads) >= MaxStalledReads
            | Interlocked.Increment(ref _hungReads) >= MaxHungReads;
        if (!isTooMany)
        {
            _workers[index] = StartWorker();
        }

        return !isTooMany;
    }
}
