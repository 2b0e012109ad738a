using System.Buffers.Binary;

namespace Fixity.Smb.Wire;

/// <summary>The 52 bytes before an encrypted message (MS-SMB2 2.2.41).</summary>
internal static class TransformHeader
{
    public const int Bytes = 52;
    public const uint Magic = 0x424D53FD;
    public const int SignatureAt = 4;
    public const int NonceAt = 20;

    /// <summary>From here on the header is part of what the signature covers.</summary>
    public const int ProtectedAt = 20;

    private const int SizeAt = 36;
    private const int EncryptedAt = 42;
    private const int SessionIdAt = 44;

    public static void Write(Span<byte> header, ulong sessionId, int payloadBytes)
    {
        header[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SizeAt..], (uint)payloadBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[EncryptedAt..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[SessionIdAt..], sessionId);
    }

    public static bool IsOne(ReadOnlySpan<byte> message) =>
        message.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(message) == Magic;

    /// <summary>What follows the header, if the header is one of this session.</summary>
    public static Span<byte> Payload(Span<byte> message, ulong sessionId)
    {
        if (message.Length < Bytes + SmbHeader.Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(message[SizeAt..]) != message.Length - Bytes
            || BinaryPrimitives.ReadUInt16LittleEndian(message[EncryptedAt..]) != 1)
        {
            throw new SmbException(SmbFailure.Protocol, "the header of an encrypted answer contradicts itself");
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(message[SessionIdAt..]) == sessionId
            ? message[Bytes..]
            : throw new SmbException(SmbFailure.Protocol, "an encrypted answer is of another session");
    }
}
