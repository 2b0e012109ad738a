using System.Security.Cryptography;
using System.Text;
using Fixity.Core;

namespace Fixity.Hashing.Tests;

public sealed class IncrementalChecksumTests
{
    // FIPS 180-4, RFC 1321 and the BLAKE3 test vectors.
    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3, "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")]
    [InlineData(ChecksumAlgorithm.Blake3, "abc", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")]
    [InlineData(ChecksumAlgorithm.Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(ChecksumAlgorithm.Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(ChecksumAlgorithm.Md5, "", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData(ChecksumAlgorithm.Md5, "abc", "900150983cd24fb0d6963f7d28e17f72")]
    public void The_published_vectors_hold(ChecksumAlgorithm algorithm, string input, string expected)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);
        checksum.Append(Encoding.ASCII.GetBytes(input));

        Assert.Equal(algorithm, checksum.Algorithm);
        Assert.Equal(expected, FinishAsHex(checksum));
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3)]
    [InlineData(ChecksumAlgorithm.Sha256)]
    [InlineData(ChecksumAlgorithm.Md5)]
    public void File_after_file_in_random_pieces_gives_what_one_piece_gives(ChecksumAlgorithm algorithm)
    {
        var random = new Random(5);
        var content = new byte[300_000];
        random.NextBytes(content);
        using var checksum = IncrementalChecksum.Create(algorithm);

        for (var file = 0; file < 40; file++)
        {
            var length = random.Next(content.Length);
            for (var at = 0; at < length;)
            {
                var take = Math.Min(random.Next(1, 50_000), length - at);
                checksum.Append(content.AsSpan(at, take));
                at += take;
            }

            Assert.Equal(OneShot(algorithm, content.AsSpan(0, length)), FinishAsHex(checksum));
        }
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3)]
    [InlineData(ChecksumAlgorithm.Sha256)]
    [InlineData(ChecksumAlgorithm.Md5)]
    public void A_file_given_up_half_way_leaves_no_trace_in_the_next(ChecksumAlgorithm algorithm)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);
        checksum.Append("half a file"u8);
        checksum.Reset();
        checksum.Append("abc"u8);

        Assert.Equal(OneShot(algorithm, "abc"u8), FinishAsHex(checksum));
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3)]
    [InlineData(ChecksumAlgorithm.Sha256)]
    [InlineData(ChecksumAlgorithm.Md5)]
    public void A_destination_that_is_too_short_is_refused(ChecksumAlgorithm algorithm)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);

        Assert.ThrowsAny<ArgumentException>(() => checksum.Finish(new byte[algorithm.DigestBytes() - 1]));
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3)]
    [InlineData(ChecksumAlgorithm.Sha256)]
    [InlineData(ChecksumAlgorithm.Md5)]
    public void Nothing_is_allocated_per_file(ChecksumAlgorithm algorithm)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);
        var content = new byte[10_000];
        var digest = new byte[ChecksumAlgorithms.MaxDigestBytes];
        HashFile();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var file = 0; file < 100; file++)
        {
            HashFile();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void HashFile()
        {
            checksum.Append(content);
            checksum.Finish(digest);
        }
    }

    [Fact]
    public void A_number_that_is_not_stored_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => IncrementalChecksum.Create((ChecksumAlgorithm)99));

    private static string FinishAsHex(IncrementalChecksum checksum)
    {
        var digest = new byte[ChecksumAlgorithms.MaxDigestBytes];
        var written = checksum.Finish(digest);
        Assert.Equal(checksum.Algorithm.DigestBytes(), written);
        return Convert.ToHexStringLower(digest.AsSpan(0, written));
    }

    private static string OneShot(ChecksumAlgorithm algorithm, ReadOnlySpan<byte> content) => algorithm switch
    {
        ChecksumAlgorithm.Sha256 => Convert.ToHexStringLower(SHA256.HashData(content)),
#pragma warning disable CA5351 // The peer to compare with; nothing is kept safe by it.
        ChecksumAlgorithm.Md5 => Convert.ToHexStringLower(MD5.HashData(content)),
#pragma warning restore CA5351
        _ => BlakeOneShot(content),
    };

    private static string BlakeOneShot(ReadOnlySpan<byte> content)
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3);
        checksum.Append(content);
        return FinishAsHex(checksum);
    }
}
