using System.IO.Hashing;
using System.Text;

namespace Fixity.Compat.Tests.XxHash;

public sealed class XxHash64Tests
{
    private const long SanitySeed = 2654435761;

    // The self-test table of the reference implementation (xxhash's sanity check): generated input, two seeds.
    [Theory]
    [InlineData(0, 0, 0xEF46DB3751D8E999)]
    [InlineData(0, SanitySeed, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0, 0xE934A84ADB052768)]
    [InlineData(1, SanitySeed, 0x5014607643A9B4C3)]
    [InlineData(4, 0, 0x9136A0DCA57457EE)]
    [InlineData(14, 0, 0x8282DCC4994E35C8)]
    [InlineData(14, SanitySeed, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0, 0xB641AE8CB691C174)]
    [InlineData(222, SanitySeed, 0x20CB8AB7AE10C14A)]
    public void The_reference_implementations_self_test_holds(int length, long seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.HashToUInt64(SanityInput(length), seed));

    // Made with the xxhsum tool (-H64) from bytes i % 251: every length class of the tail.
    [Theory]
    [InlineData(3, "e5c7bb4533bc65dd")]
    [InlineData(7, "14cc643f630c72d2")]
    [InlineData(8, "884a173614b81b8d")]
    [InlineData(12, "424af23f1f08dca5")]
    [InlineData(31, "c346d2b59b4d8ee1")]
    [InlineData(32, "cbf59c5116ff32b4")]
    [InlineData(33, "0c535d1acafb8ead")]
    [InlineData(64, "f7c67301db6713f0")]
    [InlineData(65, "c31eb63b2ae4465b")]
    [InlineData(65537, "8c8e0218a8ee0fee")]
    public void The_reference_tool_agrees_byte_for_byte(int length, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(XxHash64.Hash(CountingInput(length))));

    [Fact]
    public void Any_split_of_the_input_gives_the_same_hash()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var input = CountingInput(random.Next(400));
            var seed = random.NextInt64();
            var hash = new XxHash64(seed);
            for (var at = 0; at < input.Length;)
            {
                var take = Math.Min(random.Next(70), input.Length - at);
                hash.Append(input.AsSpan(at, take));
                at += take;
            }

            Assert.Equal(XxHash64.HashToUInt64(input, seed), hash.GetCurrentHashAsUInt64());
        }
    }

    [Fact]
    public void Asking_for_the_hash_changes_nothing_and_reset_starts_over()
    {
        var hash = new XxHash64();
        hash.Append(Encoding.ASCII.GetBytes("ab"));
        hash.GetCurrentHash();
        hash.Append(Encoding.ASCII.GetBytes("c"));

        Assert.Equal("44bc2cf5ad770999", Convert.ToHexStringLower(hash.GetHashAndReset()));
        Assert.Equal("ef46db3751d8e999", Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused()
    {
        Assert.False(XxHash64.TryHash([1, 2, 3], new byte[7], out var written));
        Assert.Equal(0, written);
        Assert.Throws<ArgumentException>(() => XxHash64.Hash([1, 2, 3], new byte[7]));
        Assert.Throws<ArgumentException>(() => new XxHash64().GetCurrentHash(new byte[7]));
    }

    private static byte[] CountingInput(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static byte[] SanityInput(int length)
    {
        var input = new byte[length];
        ulong generator = SanitySeed;
        for (var i = 0; i < length; i++)
        {
            input[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797;
        }

        return input;
    }
}
