namespace Fixity.Hashing.Blake3;

/// <summary>What a kernel has to know besides the bytes: how many blocks an input has, and what they are.</summary>
/// <param name="Blocks">Of 64 bytes, in each input.</param>
/// <param name="LastBytes">Of the last block; less than 64 only for the last chunk of a file, which is hashed alone.</param>
/// <param name="Counter">Index of the first input's chunk in the file.</param>
/// <param name="Step">What the counter grows by from input to input: 1 for chunks, 0 for parents.</param>
/// <param name="Each">Flags of every block.</param>
/// <param name="First">Flags that the first block has besides.</param>
/// <param name="Last">Flags that the last block has besides.</param>
internal readonly record struct Blake3Job(
    int Blocks, int LastBytes, ulong Counter, uint Step, Blake3Flags Each, Blake3Flags First, Blake3Flags Last)
{
    public const int BlockBytes = 64;
    public const int ChunkBytes = 1024;

    /// <summary>32-bit words of a chaining value.</summary>
    public const int ValueWords = 8;

    public static Blake3Job Parents { get; } = new(
        1, BlockBytes, Counter: 0, Step: 0, Blake3Flags.Parent, Blake3Flags.None, Blake3Flags.None);

    public static Blake3Job RootParent { get; } = Parents with { Last = Blake3Flags.Root };

    public static Blake3Job Chunks(ulong first) => new(
        ChunkBytes / BlockBytes, BlockBytes, first, Step: 1,
        Blake3Flags.None, Blake3Flags.ChunkStart, Blake3Flags.ChunkEnd);

    /// <summary>One chunk that may be short. Its last block is filled up with zeros.</summary>
    public static Blake3Job LastChunk(ulong index, int bytes, bool isRoot)
    {
        var blocks = Math.Max(1, (bytes + BlockBytes - 1) / BlockBytes);
        return new Blake3Job(
            blocks, bytes - ((blocks - 1) * BlockBytes), index, Step: 0,
            Blake3Flags.None, Blake3Flags.ChunkStart, Blake3Flags.ChunkEnd | (isRoot ? Blake3Flags.Root : 0));
    }

    public Blake3Flags FlagsOf(int block) =>
        Each | (block == 0 ? First : Blake3Flags.None) | (block == Blocks - 1 ? Last : Blake3Flags.None);

    public uint BytesOf(int block) => (uint)(block == Blocks - 1 ? LastBytes : BlockBytes);

    /// <summary>
    /// The counter of the input in each lane: the low halves, and <see cref="Blake3Kernel.MaxLanes"/> further the high.
    /// </summary>
    public unsafe void WriteCounters(uint* counters, int lanes)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            var counter = Counter + ((uint)lane * Step);
            counters[lane] = (uint)counter;
            counters[Blake3Kernel.MaxLanes + lane] = (uint)(counter >> 32);
        }
    }

    /// <summary>The same work on the inputs after the first <paramref name="inputs"/>.</summary>
    public Blake3Job Skip(int inputs) => this with { Counter = Counter + ((uint)inputs * Step) };
}
