namespace Fixity.Hashing.Blake3;

/// <summary>One way to compress many independent chunks or parents. All ways give the same bytes.</summary>
internal abstract unsafe class Blake3Kernel
{
    /// <summary>Inputs that the widest kernel hashes at once.</summary>
    public const int MaxLanes = 16;

    /// <summary>Those that this processor runs, the fastest first.</summary>
    public static IReadOnlyList<Blake3Kernel> Supported { get; } = FindSupported();

    /// <summary>Chosen once.</summary>
    public static Blake3Kernel Best { get; } = Supported[0];

    /// <param name="inputs">Pointers to the blocks of each input.</param>
    /// <param name="values">
    /// Receives the chaining value of each. Of more than one input, up to <see cref="MaxLanes"/> values after the last
    /// are overwritten too. May lie in the inputs, if value i ends no later than input i: so parents take the place of
    /// their children.
    /// </param>
    public abstract void Hash(byte** inputs, int count, Blake3Job job, uint* values);

    protected abstract bool IsSupported { get; }

    /// <summary>The inputs, or where a kernel has more lanes than there are, the last of them in every idle lane.</summary>
    protected static byte** Pad(byte** inputs, int count, int lanes, byte** padded)
    {
        if (count == lanes)
        {
            return inputs;
        }

        for (var lane = 0; lane < lanes; lane++)
        {
            padded[lane] = inputs[Math.Min(lane, count - 1)];
        }

        return padded;
    }

    private static Blake3Kernel[] FindSupported()
    {
        Blake3Kernel[] all = [new Avx512Kernel(), new Avx2Kernel(), new Vector128Kernel(), new ScalarKernel()];
        return [.. all.Where(kernel => kernel.IsSupported)];
    }
}
