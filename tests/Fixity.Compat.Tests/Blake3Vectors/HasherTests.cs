using System.Text;
using Blake3;

namespace Fixity.Compat.Tests.Blake3Vectors;

public sealed class HasherTests
{
    private const int VectorBytes = 131;

    private static readonly Blake3Vectors Vectors = Blake3Vectors.Read();

    [Fact]
    public void All_official_vectors_are_there() => Assert.Equal(35, Vectors.Cases.Count);

    // One update, the sizes round a block and a chunk, and a read buffer that no power of two divides.
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(65549)]
    public void The_official_vectors_hold_in_every_mode_for_updates_of_any_size(int updateBytes)
    {
        using var hash = Hasher.New();
        using var keyed = Hasher.NewKeyed(Encoding.ASCII.GetBytes(Vectors.Key));
        using var derive = Hasher.NewDeriveKey(Vectors.ContextString);

        foreach (var vector in Vectors.Cases)
        {
            AssertVector(vector.Hash, hash, vector.InputLen, updateBytes);
            AssertVector(vector.KeyedHash, keyed, vector.InputLen, updateBytes);
            AssertVector(vector.DeriveKey, derive, vector.InputLen, updateBytes);
        }
    }

    [Fact]
    public void One_shot_agrees_with_the_official_vectors()
    {
        var extended = new byte[VectorBytes];
        foreach (var vector in Vectors.Cases)
        {
            var input = Blake3Vectors.Input(vector.InputLen);
            Hasher.Hash(input, extended);

            Assert.Equal(vector.Hash, Convert.ToHexStringLower(extended));
            Assert.Equal(vector.Hash[..64], Hasher.Hash(input).ToString());
        }
    }

    // Beyond the vectors: several 256-chunk subtrees. The values are those of b3sum 1.2.0 on bytes i % 251.
    [Theory]
    [InlineData(262_144, "d57dc906e20d3fd326ffaa85535500486f46a0979f5a323f028dcabfd381fd4a")]
    [InlineData(1_000_003, "cd5a3272e01b1a2f47bb4565d8d202db0f95704d32550a2da61a0fd363d4c90d")]
    [InlineData(5_242_881, "a2eed482c537df008175a978a474f0a2f257d3ef11f7ac1f6fa9f5e49af4d345")]
    public void A_long_input_agrees_with_the_reference_tool(int length, string expected) =>
        Assert.Equal(expected, Hasher.Hash(Blake3Vectors.Input(length)).ToString());

    [Fact]
    public void Random_splits_give_the_same_hash_as_one_update()
    {
        var random = new Random(11);
        var input = new byte[1_500_000];
        random.NextBytes(input);
        using var hasher = Hasher.New();

        for (var round = 0; round < 60; round++)
        {
            var length = random.Next(input.Length);
            var largest = 1 << random.Next(8, 20);
            hasher.Reset();
            for (var at = 0; at < length;)
            {
                var take = Math.Min(random.Next(largest), length - at);
                hasher.Update(input.AsSpan(at, take));
                at += take;
            }

            Assert.Equal(Hasher.Hash(input.AsSpan(0, length)), hasher.Finalize());
        }
    }

    [Fact]
    public void Asking_for_the_hash_changes_nothing()
    {
        using var hasher = Hasher.New();
        hasher.Update(Blake3Vectors.Input(4096));
        hasher.Finalize();
        hasher.Update(Blake3Vectors.Input(8192).AsSpan(4096));

        // 4096 is not a multiple of 251, so the second half has to be the second half of one counting input.
        Assert.Equal(Hasher.Hash(Blake3Vectors.Input(8192)), hasher.Finalize());
    }

    [Fact]
    public void Extended_output_can_begin_anywhere()
    {
        using var hasher = Hasher.New();
        hasher.Update(Blake3Vectors.Input(3000));
        var whole = new byte[400];
        hasher.Finalize(whole);

        for (var offset = 0; offset < 200; offset += 7)
        {
            var part = new byte[150];
            hasher.Finalize((ulong)offset, part);
            Assert.Equal(whole[offset..(offset + part.Length)], part);
        }
    }

    [Fact]
    public void Values_are_hashed_as_they_lie_in_memory()
    {
        using var hasher = Hasher.New();
        hasher.Update<int>([0x03020100, 0x07060504]);
        Assert.Equal(Hasher.Hash([0, 1, 2, 3, 4, 5, 6, 7]), hasher.Finalize());
    }

    [Fact]
    public void A_hasher_that_was_disposed_or_never_made_is_refused()
    {
        var disposed = Hasher.New();
        disposed.Dispose();
        Assert.Throws<NullReferenceException>(() => disposed.Update("x"u8));
        Assert.Throws<NullReferenceException>(() => default(Hasher).Finalize());
        Assert.Throws<ArgumentOutOfRangeException>(() => Hasher.NewKeyed("too short"u8));
    }

    [Fact]
    public void A_reused_hasher_allocates_nothing()
    {
        using var hasher = Hasher.New();
        var input = Blake3Vectors.Input(70_000);
        var output = new byte[32];
        HashAgain();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            HashAgain();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void HashAgain()
        {
            hasher.Reset();
            hasher.Update(input);
            hasher.Finalize(output);
        }
    }

    private static void AssertVector(string expected, Hasher hasher, int inputBytes, int updateBytes)
    {
        var input = Blake3Vectors.Input(inputBytes).AsSpan();
        hasher.Reset();
        while (!input.IsEmpty)
        {
            var taken = Math.Min(updateBytes, input.Length);
            hasher.Update(input[..taken]);
            input = input[taken..];
        }

        var extended = new byte[VectorBytes];
        hasher.Finalize(extended);
        Assert.Equal(expected, Convert.ToHexStringLower(extended));
        Assert.Equal(expected[..64], hasher.Finalize().ToString());
    }
}
