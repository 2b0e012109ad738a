using System.Buffers.Binary;

namespace Fixity.Hashing.Blake3;

/// <summary>Collects the first bytes of the value of each 64 KiB subtree, in order: what a damage map is made from.</summary>
internal sealed unsafe class GroupCollector
{
    // A map of 16 GiB. What a larger file needed is given back with the next one.
    private const int KeptBytes = 1 << 20;

    private byte[] _digests = [];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _digests.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_digests.Length > KeptBytes)
        {
            _digests = [];
        }
    }

    public void Add(uint* values, int count)
    {
        var added = count * HashGroups.DigestBytes;
        if (_digests.Length - _length < added)
        {
            Array.Resize(ref _digests, Math.Max(2 * _digests.Length, Math.Max(_length + added, 256)));
        }

        for (var i = 0; i < count; i++, _length += HashGroups.DigestBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_digests.AsSpan(_length), values[i * Blake3Job.ValueWords]);
        }
    }
}
