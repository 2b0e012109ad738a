using Fixity.Core;
using Fixity.Hashing.Blake3;
using Fixity.Hashing.Tests.Blake3;
using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Hashing.Tests;

public sealed class GroupDigestTests
{
    private static readonly byte[] Content = RandomBytes(1_200_000);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(65_536, 0)]
    [InlineData(65_537, 2)]
    [InlineData(131_072, 2)]
    [InlineData(131_073, 3)]
    [InlineData(1_048_576, 16)]
    public void There_is_a_digest_for_each_group_of_a_file_of_more_than_one(int length, int groups)
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3, withGroups: true);
        checksum.Append(Content.AsSpan(0, length));
        checksum.Finish(new byte[32]);

        Assert.Equal(groups * HashGroups.DigestBytes, checksum.GroupDigests.Length);
        Assert.Equal(groups * HashGroups.DigestBytes, HashGroups.LengthFor(length));
        Assert.Equal(Reference.GroupDigests(Content.AsSpan(0, length)), checksum.GroupDigests);
    }

    [Fact]
    public void Each_is_the_value_of_its_subtree_however_the_file_arrives() =>
        Prop.ForAll(Gen.Choose(0, Content.Length).Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary(), sample =>
        {
            var content = Content.AsSpan(0, sample.Item1);
            var kernel = Blake3Kernel.Supported[sample.Item2 % Blake3Kernel.Supported.Count];
            using var checksum = new Blake3Checksum(kernel, withGroups: true);
            EveryLength.AppendInPieces(checksum, content, new Random(sample.Item2));
            checksum.Finish(new byte[32]);
            return checksum.GroupDigests.SequenceEqual(Reference.GroupDigests(content));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void They_last_until_the_next_file_begins()
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3, withGroups: true);
        var digest = new byte[32];
        checksum.Append(Content);
        Assert.True(checksum.GroupDigests.IsEmpty);
        checksum.Finish(digest);
        Assert.False(checksum.GroupDigests.IsEmpty);

        checksum.Finish(digest);
        Assert.True(checksum.GroupDigests.IsEmpty);

        checksum.Append(Content);
        checksum.Reset();
        checksum.Append("short"u8);
        checksum.Finish(digest);
        Assert.True(checksum.GroupDigests.IsEmpty);
        Assert.Equal(Reference.Hash("short"u8), digest);
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Blake3, false)]
    [InlineData(ChecksumAlgorithm.Sha256, true)]
    [InlineData(ChecksumAlgorithm.Md5, true)]
    public void There_are_none_where_they_were_not_asked_for_or_there_is_no_tree(ChecksumAlgorithm algorithm, bool asked)
    {
        using var checksum = IncrementalChecksum.Create(algorithm, asked);
        checksum.Append(Content);
        checksum.Finish(new byte[32]);

        Assert.True(checksum.GroupDigests.IsEmpty);
    }

    [Fact]
    public void Nothing_is_allocated_per_file_with_them_either()
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3, withGroups: true);
        var digest = new byte[32];
        HashFile();
        var before = GC.GetAllocatedBytesForCurrentThread();
        HashFile();
        HashFile();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void HashFile()
        {
            checksum.Append(Content);
            checksum.Finish(digest);
        }
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(29).NextBytes(bytes);
        return bytes;
    }
}
