using Fixity.Core;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing.Tests;

public sealed class TreeChecksumTests
{
    private const int PieceBytes = 64 * 1024;

    private static readonly byte[] Content = RandomBytes((41 * PieceBytes) + 4321);

    public static TheoryData<int> Lengths =>
    [
        0, 1, 1024, 1025, PieceBytes - 1, PieceBytes, PieceBytes + 1, (2 * PieceBytes) - 1, 2 * PieceBytes,
        (2 * PieceBytes) + 1, (3 * PieceBytes) + 1025, 4 * PieceBytes, (7 * PieceBytes) + 5, 9 * PieceBytes,
        (19 * PieceBytes) - 700, 32 * PieceBytes, (33 * PieceBytes) + 64, 40 * PieceBytes, Content.Length,
    ];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pieces_in_any_order_give_what_the_stream_gives(int length)
    {
        var random = new Random(length);
        foreach (var kernel in Blake3Kernel.Supported)
        {
            foreach (var pieceBytes in new[] { PieceBytes, 4 * PieceBytes, TreeChecksum.DefaultPieceBytes })
            {
                var tree = new TreeChecksum(kernel, length, withGroups: true, pieceBytes);
                foreach (var index in Enumerable.Range(0, tree.PieceCount).OrderBy(_ => random.Next()))
                {
                    Hash(tree, index);
                }

                AssertLikeStream(tree, length);
            }
        }
    }

    [Fact]
    public void Threads_share_the_pieces_of_one_file_and_another()
    {
        var first = new TreeChecksum(Content.Length, withGroups: true, PieceBytes);
        var second = new TreeChecksum(Content.Length - 70_000, withGroups: true, 2 * PieceBytes);
        Parallel.For(0, first.PieceCount + second.PieceCount, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var (tree, index) = i < first.PieceCount ? (first, i) : (second, i - first.PieceCount);
            Hash(tree, index);
        });

        AssertLikeStream(first, Content.Length);
        AssertLikeStream(second, Content.Length - 70_000);
    }

    [Fact]
    public void A_piece_that_is_hashed_again_replaces_the_first()
    {
        var tree = new TreeChecksum(3 * PieceBytes, withGroups: true, PieceBytes);
        tree.HashPiece(1, new byte[PieceBytes]);
        for (var i = 0; i < tree.PieceCount; i++)
        {
            Hash(tree, i);
        }

        AssertLikeStream(tree, 3 * PieceBytes);
    }

    [Fact]
    public void A_missing_piece_and_a_second_finish_are_refused()
    {
        var tree = new TreeChecksum(2 * PieceBytes, withGroups: false, PieceBytes);
        Hash(tree, 1);
        var missing = Assert.Throws<InvalidOperationException>(() => tree.Finish(new byte[32]));
        Assert.Contains("Piece 0 of 2", missing.Message, StringComparison.Ordinal);

        Hash(tree, 0);
        Assert.ThrowsAny<ArgumentException>(() => tree.Finish(new byte[31]));
        Assert.Equal(32, tree.Finish(new byte[32]));
        Assert.True(tree.GroupDigests.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => tree.Finish(new byte[32]));
    }

    [Fact]
    public void Pieces_of_another_size_or_place_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeChecksum(1, pieceBytes: 32 * 1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeChecksum(1, pieceBytes: 3 * PieceBytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeChecksum(-1));
        var tree = new TreeChecksum(PieceBytes + 10, pieceBytes: PieceBytes);
        Assert.Equal(new ByteRange(PieceBytes, 10), tree.Piece(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Piece(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.HashPiece(1, new byte[11]));
    }

    private static void Hash(TreeChecksum tree, int index)
    {
        var piece = tree.Piece(index);
        tree.HashPiece(index, Content.AsSpan((int)piece.Offset, (int)piece.Length));
    }

    private static void AssertLikeStream(TreeChecksum tree, int length)
    {
        using var stream = new Blake3Checksum(Blake3Kernel.Best, withGroups: true);
        stream.Append(Content.AsSpan(0, length));
        var expected = new byte[32];
        stream.Finish(expected);
        var digest = new byte[32];
        tree.Finish(digest);

        Assert.Equal(expected, digest);
        Assert.Equal(stream.GroupDigests, tree.GroupDigests);
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(31).NextBytes(bytes);
        return bytes;
    }
}
