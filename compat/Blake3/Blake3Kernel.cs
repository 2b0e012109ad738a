namespace Blake3;

/// <summary>One way to compress many independent chunks or parent nodes. All ways give the same bytes.</summary>
internal abstract class Blake3Kernel
{
    public const int BlockBytes = 64;
    public const int ChunkBytes = 1024;
    public const int WordsPerValue = 8;

    /// <summary>The fastest that this processor runs, chosen once.</summary>
    public static Blake3Kernel Best { get; } = Blake3Lanes8.IsSupported ? new Blake3Lanes8() : new Blake3Scalar();

    /// <param name="chunks">A whole number of full chunks.</param>
    /// <param name="firstChunk">Index of the first of them in the input.</param>
    /// <param name="values">Receives one chaining value a chunk.</param>
    public abstract void HashChunks(
        ReadOnlySpan<byte> chunks, in Blake3Key key, ulong firstChunk, Span<uint> values);

    /// <summary>Replaces the values of <paramref name="parents"/> pairs of siblings by those of their parents, in place.</summary>
    public abstract void HashParents(Span<uint> values, int parents, in Blake3Key key);
}
