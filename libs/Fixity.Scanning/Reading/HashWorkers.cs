using System.Threading.Channels;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Reads files on several threads, and replaces a thread that hangs in a read.</summary>
internal sealed class HashWorkers : IAsyncDisposable
{
    /// <summary>So many hanging reads are not of the files but of the storage.</summary>
    public const int MaxStalledReads = 32;

    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(2);

    private readonly Channel<HashJob> _jobs = Channel.CreateUnbounded<HashJob>();
    private readonly CancellationTokenSource _stop;
    private readonly IStorageBackend _backend;
    private readonly ISegmentControl _control;
    private readonly SegmentLimits _limits;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _mtimeGranularity;
    private readonly List<(ReadProgress Progress, Task Ended)> _workers = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watching;
    private int _stalledReads;

    public HashWorkers(
        IStorageBackend backend, ISegmentControl control, SegmentLimits limits, TimeProvider clock,
        TimeSpan mtimeGranularity, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (_backend, _control, _limits, _clock) = (backend, control, limits, clock);
        _mtimeGranularity = mtimeGranularity;
        for (var i = 0; i < Math.Clamp(limits.Workers, 1, backend.Capabilities.MaxConcurrentReads); i++)
        {
            _workers.Add(StartWorker());
        }

        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Where files to be read go. Not bounded here: the queue of steps, which holds each of them too, is.</summary>
    public ChannelWriter<HashJob> Jobs => _jobs.Writer;

    public ByteCount BytesRead { get; } = new();

    public int StalledReads => Volatile.Read(ref _stalledReads);

    /// <summary>Fails when reading as a whole has failed; never completes otherwise.</summary>
    public Task Failed => _failed.Task;

    public async ValueTask DisposeAsync()
    {
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
        using var reader = new FileReader(
            _backend, _control, progress, _clock, _limits.ReadBufferBytes, _mtimeGranularity);
        try
        {
            await foreach (var job in _jobs.Reader.ReadAllAsync(stop))
            {
                progress.Take(job);
                var isFirst = job.TrySettle(await reader.ReadAsync(job, stop));
                progress.Take(null);
                if (!isFirst)
                {
                    return; // Given up meanwhile, and another works in this one's place.
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
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_limits.ReadTimeout / 4, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (var i = 0; i < _workers.Count; i++)
                {
                    if (_workers[i].Progress.Waiting() >= _limits.ReadTimeout)
                    {
                        GiveUp(i);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The segment ends; that is how the watch ends.
        }
    }

    private void GiveUp(int index)
    {
        var timeout = _limits.ReadTimeout;
        var stalled = _workers[index].Progress.Job;
        if (stalled is null
            || !stalled.TrySettle(HashResult.Unreadable(StorageFault.Timeout, $"not a byte came within {timeout}")))
        {
            return;
        }

        if (Interlocked.Increment(ref _stalledReads) >= MaxStalledReads)
        {
            _failed.TrySetException(new StorageException(
                StorageFault.Timeout, default, $"{MaxStalledReads} reads gave not a byte within {timeout} each"));
        }
        else
        {
            _workers[index] = StartWorker();
        }
    }
}
