using System.Threading.Channels;
using Fixity.Scanning.Merging;

namespace Fixity.Scanning.Reading;

/// <summary>The files that wait to be read, and how much content that is.</summary>
/// <remarks>
/// Never refuses a file: the bounded queue of blocks, which holds each of them too, limits their number. Whoever adds asks
/// <see cref="HasRoom"/> before the next one, so that a few large files do not all belong to one scanner while another,
/// which could take the rest of the segment over, has nothing to do.
/// </remarks>
/// <param name="mostBytes">Of content that waits; one file may go beyond.</param>
internal sealed class ReadQueue(long mostBytes)
{
    private readonly Channel<ReadJob> _jobs = Channel.CreateUnbounded<ReadJob>();
    private long _waiting;
    private TaskCompletionSource? _room;

    public bool HasRoom => Volatile.Read(ref _waiting) < mostBytes;

    /// <summary>Refused only when reading has ended.</summary>
    public void Add(in ReadJob job)
    {
        Interlocked.Add(ref _waiting, BytesOf(job));
        if (!_jobs.Writer.TryWrite(job))
        {
            Interlocked.Add(ref _waiting, -BytesOf(job));
        }
    }

    public ValueTask<bool> WaitToTakeAsync(CancellationToken cancellation) => _jobs.Reader.WaitToReadAsync(cancellation);

    public bool TryTake(out ReadJob job)
    {
        if (!_jobs.Reader.TryRead(out job))
        {
            return false;
        }

        if (Interlocked.Add(ref _waiting, -BytesOf(job)) < mostBytes)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult();
        }

        return true;
    }

    /// <summary>Completes when there is room again. For one who waits.</summary>
    public Task WhenRoom()
    {
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _room, room);
        if (HasRoom)
        {
            room.TrySetResult();
        }

        return room.Task;
    }

    public void End() => _jobs.Writer.TryComplete();

    // A helper's piece is of a file that is being read already. The size is the listing's: the step is filled before it is
    // added, and nobody writes that field afterwards.
    private static long BytesOf(in ReadJob job) =>
        job.Shared is null && job.Step.Work.HasFlag(ScanWork.Content) ? job.Step.Listed.SizeBytes : 0;
}
