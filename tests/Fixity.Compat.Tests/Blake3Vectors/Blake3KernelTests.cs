using Blake3;

namespace Fixity.Compat.Tests.Blake3Vectors;

/// <summary>Every kernel against the scalar oracle, whichever one this processor makes the default.</summary>
public sealed class Blake3KernelTests
{
    private const int ChunkBytes = Blake3Kernel.ChunkBytes;
    private const int WordsPerValue = Blake3Kernel.WordsPerValue;

    private readonly Random _random = new(3);

    [Lanes8Fact]
    public void Lanes_and_scalar_give_the_same_chunk_values_for_any_number_of_chunks()
    {
        for (var chunks = 1; chunks <= 33; chunks++)
        {
            var input = RandomBytes(chunks * ChunkBytes);
            var key = new Blake3Key(RandomBytes(32), Blake3Flags.KeyedHash);

            // The counter's low word overflows within the batch.
            var first = 0x1_0000_0000UL - (uint)_random.Next(40);
            var expected = new uint[chunks * WordsPerValue];
            var actual = new uint[chunks * WordsPerValue];
            new Blake3Scalar().HashChunks(input, key, first, expected);
            new Blake3Lanes8().HashChunks(input, key, first, actual);

            Assert.Equal(expected, actual);
        }
    }

    [Lanes8Fact]
    public void Lanes_and_scalar_give_the_same_parents_in_place()
    {
        for (var parents = 1; parents <= 33; parents++)
        {
            var key = new Blake3Key(RandomBytes(32), Blake3Flags.DeriveKeyMaterial);
            var expected = Enumerable.Range(0, 2 * parents * WordsPerValue).Select(_ => (uint)_random.NextInt64()).ToArray();
            var actual = (uint[])expected.Clone();
            new Blake3Scalar().HashParents(expected, parents, key);
            new Blake3Lanes8().HashParents(actual, parents, key);

            Assert.Equal(expected[..(parents * WordsPerValue)], actual[..(parents * WordsPerValue)]);
        }
    }

    private byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Skipped, visibly, where the processor cannot run the kernel.</summary>
    private sealed class Lanes8FactAttribute : FactAttribute
    {
        public Lanes8FactAttribute() => Skip = Blake3Lanes8.IsSupported ? null : "This processor has no AVX2.";
    }
}
