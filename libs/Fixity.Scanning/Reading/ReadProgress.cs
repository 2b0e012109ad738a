namespace Fixity.Scanning.Reading;

/// <summary>What a worker is waiting for right now, readable by the one who watches for stalls.</summary>
/// <remarks>
/// It also settles who answers for a file: the worker that read it, or the watch that gave it up. Only one of them ever
/// does, because the step may be another file's by the time that a hung read returns.
/// </remarks>
/// <param name="total">Counts every byte of all workers.</param>
internal sealed class ReadProgress(TimeProvider clock, ByteCount total)
{
    private readonly Lock _lock = new();
    private long _waitingSince;
    private ReadJob? _job;

    /// <summary>A file was taken away from this worker; another works in its place.</summary>
    public bool WasGivenUp { get; private set; }

    public void Take(in ReadJob job)
    {
        Volatile.Write(ref _waitingSince, 0);
        lock (_lock)
        {
            _job = job;
        }
    }

    /// <returns>Whether the worker may answer for its file: not when it was given up meanwhile.</returns>
    public bool TryFinish()
    {
        lock (_lock)
        {
            var isOurs = _job is not null;
            _job = null;
            return isOurs;
        }
    }

    /// <summary>Takes a file away from a worker that waits for longer than it may.</summary>
    public bool TryGiveUp(TimeSpan longest, out ReadJob job)
    {
        job = default;
        if (Waiting() < longest)
        {
            return false;
        }

        lock (_lock)
        {
            if (_job is not { } hung)
            {
                return false;
            }

            if (hung.Shared is null)
            {
                hung.Block.LeaveToHung();
            }

            (job, _job, WasGivenUp) = (hung, null, true);
            return true;
        }
    }

    /// <summary>A call to the storage begins. Time spent paused or throttled is not counted: nothing is waited for then.</summary>
    public void CallBegins() => Volatile.Write(ref _waitingSince, clock.GetTimestamp());

    public void CallEnded(int bytes)
    {
        Volatile.Write(ref _waitingSince, 0);
        total.Add(bytes);
    }

    private TimeSpan Waiting() =>
        Volatile.Read(ref _waitingSince) is > 0 and var since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
}

/// <summary>Bytes read by all workers of a segment.</summary>
internal sealed class ByteCount
{
    private long _bytes;

    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public long TakeAll() => Interlocked.Exchange(ref _bytes, 0);
}
