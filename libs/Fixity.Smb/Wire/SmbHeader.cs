using System.Buffers.Binary;

namespace Fixity.Smb.Wire;

/// <summary>Commands (MS-SMB2 2.2.1).</summary>
internal enum SmbCommand : ushort
{
    Negotiate = 0,
    SessionSetup = 1,
    Logoff = 2,
    TreeConnect = 3,
    TreeDisconnect = 4,
    Create = 5,
    Close = 6,
    Read = 8,
    Ioctl = 11,
    Cancel = 12,
    Echo = 13,
    QueryDirectory = 14,
    QueryInfo = 16,
}

[Flags]
internal enum HeaderFlags : uint
{
    None = 0,
    FromServer = 1,
    Async = 2,
    Related = 4,
    Signed = 8,
}

/// <summary>The 64 bytes that every message begins with (MS-SMB2 2.2.1).</summary>
internal static class SmbHeader
{
    public const int Bytes = 64;
    public const int SignatureAt = 48;
    public const int SignatureBytes = 16;
    public const uint Magic = 0x424D53FE;

    /// <summary>Of what a server sends unasked.</summary>
    public const ulong Unsolicited = ulong.MaxValue;

    private const int CreditChargeAt = 6;
    private const int StatusAt = 8;
    private const int CommandAt = 12;
    private const int CreditsAt = 14;
    private const int FlagsAt = 16;
    private const int NextAt = 20;
    private const int MessageIdAt = 24;
    private const int AsyncIdAt = 32;
    private const int TreeIdAt = 36;
    private const int SessionIdAt = 40;

    public static void Write(
        Span<byte> message, SmbCommand command, int charge, int credits, ulong messageId, uint treeId, ulong sessionId)
    {
        message[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], Bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(message[CreditChargeAt..], (ushort)charge);
        BinaryPrimitives.WriteUInt16LittleEndian(message[CommandAt..], (ushort)command);
        BinaryPrimitives.WriteUInt16LittleEndian(message[CreditsAt..], (ushort)credits);
        BinaryPrimitives.WriteUInt64LittleEndian(message[MessageIdAt..], messageId);
        BinaryPrimitives.WriteUInt32LittleEndian(message[TreeIdAt..], treeId);
        BinaryPrimitives.WriteUInt64LittleEndian(message[SessionIdAt..], sessionId);
    }

    public static bool IsOne(ReadOnlySpan<byte> message) =>
        message.Length >= Bytes && BinaryPrimitives.ReadUInt32LittleEndian(message) == Magic
        && BinaryPrimitives.ReadUInt16LittleEndian(message[4..]) == Bytes;

    public static uint Status(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[StatusAt..]);

    public static SmbCommand Command(ReadOnlySpan<byte> message) =>
        (SmbCommand)BinaryPrimitives.ReadUInt16LittleEndian(message[CommandAt..]);

    public static int Credits(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt16LittleEndian(message[CreditsAt..]);

    public static HeaderFlags Flags(ReadOnlySpan<byte> message) =>
        (HeaderFlags)BinaryPrimitives.ReadUInt32LittleEndian(message[FlagsAt..]);

    public static void SetFlags(Span<byte> message, HeaderFlags flags) =>
        BinaryPrimitives.WriteUInt32LittleEndian(message[FlagsAt..], (uint)flags);

    public static uint Next(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[NextAt..]);

    public static void SetNext(Span<byte> message, int offset) =>
        BinaryPrimitives.WriteUInt32LittleEndian(message[NextAt..], (uint)offset);

    public static ulong MessageId(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt64LittleEndian(message[MessageIdAt..]);

    public static ulong AsyncId(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt64LittleEndian(message[AsyncIdAt..]);

    public static void SetAsyncId(Span<byte> message, ulong asyncId)
    {
        SetFlags(message, Flags(message) | HeaderFlags.Async);
        BinaryPrimitives.WriteUInt64LittleEndian(message[AsyncIdAt..], asyncId);
    }

    public static uint TreeId(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[TreeIdAt..]);

    public static ulong SessionId(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt64LittleEndian(message[SessionIdAt..]);
}
