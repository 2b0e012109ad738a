using System.Buffers.Binary;
using Fixity.Core;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing;

/// <summary>BLAKE3, the default: four times as fast as SHA-256 with instructions for it, ten times as fast as MD5.</summary>
internal sealed unsafe class Blake3Checksum : IncrementalChecksum
{
    private readonly Blake3Tree _tree;
    private readonly GroupCollector? _groups;
    private bool _finished;

    public Blake3Checksum(Blake3Kernel kernel, bool withGroups)
        : base(ChecksumAlgorithm.Blake3)
    {
        _groups = withGroups ? new GroupCollector() : null;
        _tree = new Blake3Tree(kernel, _groups);
    }

    public override ReadOnlySpan<byte> GroupDigests => _finished && _groups is not null ? _groups.Bytes : [];

    public override void Append(ReadOnlySpan<byte> data)
    {
        BeginIfFinished();
        _tree.Append(data);
    }

    public override int Finish(Span<byte> checksum)
    {
        BeginIfFinished();
        FinishTree(_tree, checksum);
        _tree.Reset();
        _finished = true;
        return ChecksumAlgorithm.Blake3.DigestBytes();
    }

    public override void Reset()
    {
        _tree.Reset();
        _groups?.Clear();
        _finished = false;
    }

    public override void Dispose()
    {
        // Nothing but memory is held.
    }

    /// <summary>Writes the checksum of all that the tree was given.</summary>
    internal static void FinishTree(Blake3Tree tree, Span<byte> checksum)
    {
        checksum = checksum[..ChecksumAlgorithm.Blake3.DigestBytes()];
        var root = stackalloc uint[Blake3Job.ValueWords];
        tree.Finish(root, isRoot: true);
        WriteWords(root, checksum);
    }

    internal static void WriteWords(uint* words, Span<byte> checksum)
    {
        for (var i = 0; i < Blake3Job.ValueWords; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(checksum[(4 * i)..], words[i]);
        }
    }

    // The digests of the last file are there until the next one begins.
    private void BeginIfFinished()
    {
        if (_finished)
        {
            _groups?.Clear();
            _finished = false;
        }
    }
}
