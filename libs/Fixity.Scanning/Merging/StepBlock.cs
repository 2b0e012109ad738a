using Fixity.Core;
using Fixity.Scanning.Reading;

namespace Fixity.Scanning.Merging;

/// <summary>Some steps in walk order and the memory that they point to: what the stages hand to each other.</summary>
/// <remarks>
/// The merge fills it, workers settle its files in any order, the recorder takes them in walk order. All three see the
/// same block, so nothing is made for a single file and nobody is woken for one.
/// </remarks>
internal sealed class StepBlock
{
    public const int Capacity = 64;

    private readonly ScanStep[] _steps = new ScanStep[Capacity];
    private byte[] _memory = new byte[16 * 1024];
    private int _used;
    private int _open;
    private TaskCompletionSource? _waiting;

    public int Count { get; private set; }

    /// <summary>A read was given up: the thread that hangs in it may look into this block hours later.</summary>
    public bool IsLeftToHung { get; private set; }

    public ref ScanStep this[int index] => ref _steps[index];

    /// <summary>Adds a step: one with work is open until <see cref="Settle"/>.</summary>
    /// <returns>Its index.</returns>
    public int Add(in ScanStep step)
    {
        ref var added = ref _steps[Count];
        added = step;
        added.Position = Keep(step.Position);
        if (step.HasRow)
        {
            added.Row = step.Row with
            {
                Path = default,
                Checksum = Keep(step.Row.Checksum),
                ObservedChecksum = Keep(step.Row.ObservedChecksum),
            };
        }

        added.IsSettled = step.Work == ScanWork.None;
        if (!added.IsSettled)
        {
            added.Digests = step.Work.HasFlag(ScanWork.Content) ? Take(2 * ChecksumAlgorithms.MaxDigestBytes) : default;
            Interlocked.Increment(ref _open);
        }

        return Count++;
    }

    /// <summary>Puts the answer in its place. Called once a step, by whoever owns the read.</summary>
    public void Settle(int index, in ReadAnswer answer)
    {
        ref var step = ref _steps[index];
        step.Answer = answer;
        Volatile.Write(ref step.IsSettled, true);
        if (Interlocked.Decrement(ref _open) == 0)
        {
            Volatile.Read(ref _waiting)?.TrySetResult();
        }
    }

    public void LeaveToHung() => IsLeftToHung = true;

    public bool IsSettled(int index) => Volatile.Read(ref _steps[index].IsSettled);

    /// <summary>Completes when every step is settled. For the recorder, when nothing is added any more.</summary>
    public Task WhenSettled()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _waiting, waiting);
        if (Volatile.Read(ref _open) == 0)
        {
            waiting.TrySetResult();
        }

        return waiting.Task;
    }

    public void Clear()
    {
        Array.Clear(_steps, 0, Count);
        (Count, _used, _open, _waiting) = (0, 0, 0, null);
    }

    private FilePath Keep(FilePath path) => FilePath.FromEscaped(Keep(path.Memory));

    private ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }

        var kept = Take(bytes.Length);
        bytes.CopyTo(kept);
        return kept;
    }

    private Memory<byte> Take(int bytes)
    {
        if (_memory.Length - _used < bytes)
        {
            // What was taken of the old one stays where it is.
            _memory = new byte[Math.Max(_memory.Length * 2, bytes)];
            _used = 0;
        }

        var taken = _memory.AsMemory(_used, bytes);
        _used += bytes;
        return taken;
    }
}

/// <summary>Blocks that are used again. The bounded queue between the stages is what limits how many there are.</summary>
internal sealed class StepBlockPool
{
    private readonly System.Collections.Concurrent.ConcurrentBag<StepBlock> _free = [];

    public StepBlock Take() => _free.TryTake(out var block) ? block : new StepBlock();

    public void Give(StepBlock block)
    {
        if (!block.IsLeftToHung)
        {
            block.Clear();
            _free.Add(block);
        }
    }
}
