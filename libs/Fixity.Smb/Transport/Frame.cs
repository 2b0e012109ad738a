namespace Fixity.Smb.Transport;

/// <summary>One message as it came, in memory that is used again when its last reader lets go of it.</summary>
internal sealed class Frame
{
    private readonly FramePool _pool;
    private int _holders;

    internal Frame(FramePool pool, byte[] memory) => (_pool, Memory) = (pool, memory);

    internal byte[] Memory { get; }

    public int Length { get; private set; }

    public Span<byte> Bytes => Memory.AsSpan(0, Length);

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Not to be touched after this, unless somebody else's hold on it is known.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _pool.GiveBack(this);
        }
    }

    internal Frame Begin(int length)
    {
        (Length, _holders) = (length, 1);
        return this;
    }
}

/// <summary>Keeps frames of two sizes: for a large read, and for all else. What is forgotten is only garbage.</summary>
internal sealed class FramePool(int largeBytes)
{
    private const int SmallBytes = 16 * 1024;
    private const int MostSmall = 128;
    private const int MostLarge = 40;

    private readonly Lock _lock = new();
    private readonly Stack<Frame> _small = new();
    private readonly Stack<Frame> _large = new();

    public Frame Take(int length)
    {
        if (length > largeBytes)
        {
            return new Frame(this, GC.AllocateUninitializedArray<byte>(length)).Begin(length);
        }

        var (stack, bytes) = length <= SmallBytes ? (_small, SmallBytes) : (_large, largeBytes);
        lock (_lock)
        {
            if (stack.TryPop(out var frame))
            {
                return frame.Begin(length);
            }
        }

        return new Frame(this, GC.AllocateUninitializedArray<byte>(Math.Max(bytes, length))).Begin(length);
    }

    internal void GiveBack(Frame frame)
    {
        var (stack, most) = frame.Memory.Length == SmallBytes ? (_small, MostSmall) : (_large, MostLarge);
        if (frame.Memory.Length != SmallBytes && frame.Memory.Length != largeBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (stack.Count < most)
            {
                stack.Push(frame);
            }
        }
    }
}
