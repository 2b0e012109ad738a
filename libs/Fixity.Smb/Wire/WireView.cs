using System.Buffers.Binary;

namespace Fixity.Smb.Wire;

/// <summary>Reads what a server sent. Every offset and length is the server's word, and is checked here.</summary>
internal readonly ref struct WireView(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Length => _bytes.Length;

    public byte U8(int at) => Slice(at, sizeof(byte))[0];

    public ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, sizeof(ushort)));

    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, sizeof(uint)));

    public ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Slice(at, sizeof(ulong)));

    public long I64(int at) => BinaryPrimitives.ReadInt64LittleEndian(Slice(at, sizeof(long)));

    public ReadOnlySpan<byte> Slice(long at, long length) =>
        at >= 0 && length >= 0 && at <= _bytes.Length && length <= _bytes.Length - at
            ? _bytes.Slice((int)at, (int)length)
            : throw new SmbException(SmbFailure.Protocol, "an answer points outside of itself");

    /// <summary>Refuses an answer whose fixed part is not as long as it must be.</summary>
    public WireView Expect(ushort structureSize) => U16(0) == structureSize
        ? this
        : throw new SmbException(SmbFailure.Protocol, "an answer does not have the form of its command");
}
