namespace Fixity.Scanning.Reading;

/// <summary>What a worker is waiting for right now, readable by the one who watches for stalls.</summary>
/// <param name="total">Counts every byte of all workers.</param>
internal sealed class ReadProgress(TimeProvider clock, ByteCount total)
{
    private long _waitingSince;
    private HashJob? _job;

    /// <summary>The file in hand; null between files and after it was given up.</summary>
    public HashJob? Job => Volatile.Read(ref _job);

    public void Take(HashJob? job)
    {
        Volatile.Write(ref _waitingSince, 0);
        Volatile.Write(ref _job, job);
    }

    /// <summary>A call to the storage begins. Time spent paused is not counted: nothing is waited for then.</summary>
    public void CallBegins() => Volatile.Write(ref _waitingSince, clock.GetTimestamp());

    public void CallEnded(int bytes)
    {
        Volatile.Write(ref _waitingSince, 0);
        total.Add(bytes);
    }

    public TimeSpan Waiting() =>
        Volatile.Read(ref _waitingSince) is > 0 and var since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
}

/// <summary>Bytes read by all workers of a segment.</summary>
internal sealed class ByteCount
{
    private long _bytes;

    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public long TakeAll() => Interlocked.Exchange(ref _bytes, 0);
}
