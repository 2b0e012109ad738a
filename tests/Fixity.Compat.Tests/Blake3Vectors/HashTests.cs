using Blake3;

namespace Fixity.Compat.Tests.Blake3Vectors;

public sealed class HashTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(200, 32).Select(i => (byte)i)];

    [Fact]
    public void A_hash_is_its_bytes_in_lower_case()
    {
        var hash = Hash.FromBytes(Bytes);

        Assert.Equal(Bytes, hash.AsSpan());
        Assert.Equal(Convert.ToHexString(Bytes).ToLowerInvariant(), hash.ToString());
        Assert.Equal(32, Hash.Size);
    }

    [Fact]
    public void One_differing_byte_anywhere_makes_another_hash()
    {
        var hash = Hash.FromBytes(Bytes);
        for (var i = 0; i < Hash.Size; i++)
        {
            var other = Hash.FromBytes(Bytes);
            Assert.True(hash == other);
            Assert.Equal(hash.GetHashCode(), other.GetHashCode());
            other.AsSpan()[i] ^= 1;
            Assert.True(hash != other);
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void Anything_but_32_bytes_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Hash.FromBytes(new byte[length]));
}
