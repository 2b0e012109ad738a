using Fixity.Core;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing;

/// <summary>The BLAKE3 checksum of one large file whose pieces are hashed by several threads, in any order.</summary>
/// <remarks>
/// A piece is an aligned subtree, whose value depends on nothing to its left. <see cref="HashPiece"/> may run on many
/// threads at once, each piece once; <see cref="Finish"/> when all have returned, on any thread. Memory: 32 bytes a
/// piece, and the group digests. The checksum and the digests are those of <see cref="IncrementalChecksum"/>.
/// </remarks>
public sealed unsafe class TreeChecksum
{
    /// <summary>As fast as larger ones, and a reader's buffer of one piece still fits the second-level cache.</summary>
    public const int DefaultPieceBytes = 512 * 1024;

    [ThreadStatic]
    private static Worker? _worker;

    private readonly Blake3Kernel _kernel;
    private readonly uint[] _values;
    private readonly byte[] _groups;
    private readonly bool[] _done;
    private bool _finished;

    /// <param name="sizeBytes">Of the file: it has to be read exactly to there.</param>
    /// <param name="pieceBytes">A power of two, from 64 KiB.</param>
    public TreeChecksum(long sizeBytes, bool withGroups = false, int pieceBytes = DefaultPieceBytes)
        : this(Blake3Kernel.Best, sizeBytes, withGroups, pieceBytes)
    {
    }

    internal TreeChecksum(Blake3Kernel kernel, long sizeBytes, bool withGroups, int pieceBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(pieceBytes, HashGroups.GroupBytes);
        if (!int.IsPow2(pieceBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(pieceBytes), pieceBytes, "not a power of two");
        }

        _kernel = kernel;
        SizeBytes = sizeBytes;
        PieceBytes = pieceBytes;
        PieceCount = checked((int)Math.Max(1, (sizeBytes + pieceBytes - 1) / pieceBytes));
        _values = new uint[checked((PieceCount + Blake3Kernel.MaxLanes) * Blake3Job.ValueWords)];
        _groups = withGroups ? new byte[HashGroups.LengthFor(sizeBytes)] : [];
        _done = new bool[PieceCount];
    }

    public long SizeBytes { get; }

    /// <summary>Of every piece but the last.</summary>
    public int PieceBytes { get; }

    /// <summary>At least one: an empty file has an empty piece.</summary>
    public int PieceCount { get; }

    /// <summary>After <see cref="Finish"/>: as <see cref="IncrementalChecksum.GroupDigests"/>.</summary>
    public ReadOnlySpan<byte> GroupDigests => _groups;

    /// <summary>Where in the file a piece lies.</summary>
    public ByteRange Piece(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, PieceCount);
        var offset = (long)index * PieceBytes;
        return new ByteRange(offset, Math.Min(PieceBytes, SizeBytes - offset));
    }

    /// <summary>Any thread, in any order. A piece that is hashed again, as after a failed read, replaces the first.</summary>
    /// <param name="content">The whole piece.</param>
    public void HashPiece(int index, ReadOnlySpan<byte> content)
    {
        var piece = Piece(index);
        ArgumentOutOfRangeException.ThrowIfNotEqual(content.Length, piece.Length, nameof(content));

        var worker = _worker;
        if (worker is null || worker.Kernel != _kernel)
        {
            _worker = worker = new Worker(_kernel);
        }

        worker.Groups.Clear();
        worker.Tree.Reset((ulong)piece.Offset / Blake3Job.ChunkBytes);
        worker.Tree.Append(content);
        fixed (uint* value = &_values[index * Blake3Job.ValueWords])
        {
            worker.Tree.Finish(value, isRoot: PieceCount == 1);
        }

        if (_groups.Length > 0)
        {
            var first = (int)(piece.Offset / HashGroups.GroupBytes);
            worker.Groups.Bytes.CopyTo(_groups.AsSpan(first * HashGroups.DigestBytes));
        }

        _done[index] = true;
    }

    /// <summary>Combines the pieces. Once only: their values make place for those of their parents.</summary>
    /// <param name="checksum">At least 32 bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidOperationException">A piece is missing, or the checksum was taken already.</exception>
    public int Finish(Span<byte> checksum)
    {
        checksum = checksum[..ChecksumAlgorithm.Blake3.DigestBytes()];
        var missing = Array.IndexOf(_done, false);
        if (missing >= 0)
        {
            throw new InvalidOperationException(
                _finished ? "The checksum was taken already." : $"Piece {missing} of {PieceCount} was not hashed.");
        }

        Array.Clear(_done);
        _finished = true;
        Span<uint> odd = stackalloc uint[Blake3Job.ValueWords];
        fixed (uint* values = _values)
        {
            var count = PieceCount;
            while (count > 2)
            {
                // The last of an odd number goes up a level as it is; saved, because kernels overwrite what follows.
                var last = new ReadOnlySpan<uint>(values + ((count - 1) * Blake3Job.ValueWords), Blake3Job.ValueWords);
                last.CopyTo(odd);
                HashParents(values, count / 2, Blake3Job.Parents);
                if ((count & 1) != 0)
                {
                    odd.CopyTo(new Span<uint>(values + (count / 2 * Blake3Job.ValueWords), Blake3Job.ValueWords));
                }

                count = (count + 1) / 2;
            }

            if (count == 2)
            {
                HashParents(values, 1, Blake3Job.RootParent);
            }

            Blake3Checksum.WriteWords(values, checksum);
        }

        return checksum.Length;
    }

    private void HashParents(uint* values, int parents, Blake3Job job)
    {
        var inputs = stackalloc byte*[Blake3Kernel.MaxLanes];
        for (var done = 0; done < parents; done += Blake3Kernel.MaxLanes)
        {
            var count = Math.Min(Blake3Kernel.MaxLanes, parents - done);
            for (var i = 0; i < count; i++)
            {
                inputs[i] = (byte*)(values + ((done + i) * 2 * Blake3Job.ValueWords));
            }

            _kernel.Hash(inputs, count, job, values + (done * Blake3Job.ValueWords));
        }
    }

    /// <summary>What a thread keeps for the pieces it hashes, of whichever file.</summary>
    private sealed class Worker
    {
        public Worker(Blake3Kernel kernel)
        {
            Kernel = kernel;
            Tree = new Blake3Tree(kernel, Groups);
        }

        public Blake3Kernel Kernel { get; }

        public GroupCollector Groups { get; } = new();

        public Blake3Tree Tree { get; }
    }
}
