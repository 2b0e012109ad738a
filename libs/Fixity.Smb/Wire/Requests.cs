using System.Buffers.Binary;
using System.Text;

namespace Fixity.Smb.Wire;

/// <summary>A request but for its header.</summary>
/// <param name="Charge">Credits that it costs: one for each 64 KiB that it may bring (MS-SMB2 3.1.5.2).</param>
internal readonly record struct SmbRequest(SmbCommand Command, byte[] Body, int Charge = 1);

/// <summary>A handle of the server's (MS-SMB2 2.2.14.1).</summary>
internal readonly record struct SmbHandle(ulong Persistent, ulong Volatile)
{
    /// <summary>Stands for the one that an earlier part of the same compound opens.</summary>
    public static SmbHandle OfCompound => new(ulong.MaxValue, ulong.MaxValue);
}

/// <summary>Builds the bodies of requests.</summary>
internal static class Requests
{
    public const int CreditBytes = 64 * 1024;
    private const int OutputLimit = 64 * 1024;
    private const int CreateFixed = 56;
    private const int QueryDirectoryFixed = 32;
    private const int IoctlFixed = 56;

    // SMB2_CREATE_QUERY_ON_DISK_ID (MS-SMB2 2.2.13.2.9), alone in its list: a header without data, and its name.
    private static ReadOnlySpan<byte> AskForId => "\0\0\0\0\u0010\0\u0004\0\0\0\0\0\0\0\0\0QFid\0\0\0\0"u8;

    /// <summary>Opens what is there for reading; whoever else wants to read, write or delete it may.</summary>
    /// <remarks>Asks for its number too. A reparse point (a link) is opened itself, and never followed.</remarks>
    public static SmbRequest Create(string path, SmbAccess access, CreateOptions options)
    {
        var name = Encoding.Unicode.GetByteCount(path);
        var contexts = CreateFixed + ((Math.Max(name, 1) + 7) & ~7);
        var body = new byte[contexts + AskForId.Length];
        U16(body, 0, 57);
        U32(body, 4, 2);                      // Impersonation
        U32(body, 24, (uint)access);
        U32(body, 32, 7);                     // Share: read, write, delete
        U32(body, 36, 1);                     // Open what exists
        U32(body, 40, (uint)(options | CreateOptions.OpenReparsePoint));
        U16(body, 44, SmbHeader.Bytes + CreateFixed);
        U16(body, 46, name);
        U32(body, 48, (uint)(SmbHeader.Bytes + contexts));
        U32(body, 52, (uint)AskForId.Length);
        Encoding.Unicode.GetBytes(path, body.AsSpan(CreateFixed));
        AskForId.CopyTo(body.AsSpan(contexts));
        return new SmbRequest(SmbCommand.Create, body);
    }

    /// <param name="looks">Asks what the file is at its closing, for which no further request is needed then.</param>
    public static SmbRequest Close(SmbHandle handle, bool looks = false)
    {
        var body = new byte[24];
        U16(body, 0, 24);
        body[2] = (byte)(looks ? 1 : 0);
        Put(body, 8, handle);
        return new SmbRequest(SmbCommand.Close, body);
    }

    public static SmbRequest Read(SmbHandle handle, long offset, int length)
    {
        var body = new byte[49];
        U16(body, 0, 49);
        body[2] = SmbHeader.Bytes + 16;       // Where the data is to lie in the answer
        U32(body, 4, (uint)length);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(8), offset);
        Put(body, 16, handle);
        return new SmbRequest(SmbCommand.Read, body, ChargeOf(length));
    }

    /// <summary>All that the folder holds, in the form of FileIdFullDirectoryInformation (MS-FSCC 2.4.17).</summary>
    public static SmbRequest QueryDirectory(SmbHandle handle, int length)
    {
        var body = new byte[QueryDirectoryFixed + sizeof(char)];
        U16(body, 0, 33);
        body[2] = 38;
        Put(body, 8, handle);
        U16(body, 24, SmbHeader.Bytes + QueryDirectoryFixed);
        U16(body, 26, sizeof(char));
        U32(body, 28, (uint)length);
        U16(body, QueryDirectoryFixed, '*');
        return new SmbRequest(SmbCommand.QueryDirectory, body, ChargeOf(length));
    }

    /// <summary>FileAllInformation (MS-FSCC 2.4.2).</summary>
    public static SmbRequest QueryFile(SmbHandle handle) => QueryInfo(handle, type: 1, informationClass: 18);

    /// <summary>FileFsVolumeInformation (MS-FSCC 2.5.9).</summary>
    public static SmbRequest QueryVolume(SmbHandle handle) => QueryInfo(handle, type: 2, informationClass: 1);

    public static SmbRequest TreeConnect(string path)
    {
        var name = Encoding.Unicode.GetBytes(path);
        var body = new byte[8 + name.Length];
        U16(body, 0, 9);
        U16(body, 4, SmbHeader.Bytes + 8);
        U16(body, 6, name.Length);
        name.CopyTo(body, 8);
        return new SmbRequest(SmbCommand.TreeConnect, body);
    }

    public static SmbRequest SessionSetup(byte[] token, bool requiresSigning)
    {
        var body = new byte[24 + token.Length];
        U16(body, 0, 25);
        body[3] = (byte)(requiresSigning ? 2 : 1);
        U16(body, 12, SmbHeader.Bytes + 24);
        U16(body, 14, token.Length);
        token.CopyTo(body, 24);
        return new SmbRequest(SmbCommand.SessionSetup, body);
    }

    /// <summary>FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2 2.2.31.4).</summary>
    public static SmbRequest ValidateNegotiate(ReadOnlySpan<byte> input)
    {
        var body = new byte[IoctlFixed + input.Length];
        U16(body, 0, 57);
        U32(body, 4, 0x00140204);
        Put(body, 8, SmbHandle.OfCompound);
        U32(body, 24, SmbHeader.Bytes + IoctlFixed);
        U32(body, 28, (uint)input.Length);
        U32(body, 36, SmbHeader.Bytes + IoctlFixed);
        U32(body, 44, 24);
        U32(body, 48, 1);                     // An FSCTL
        input.CopyTo(body.AsSpan(IoctlFixed));
        return new SmbRequest(SmbCommand.Ioctl, body);
    }

    /// <summary>LOGOFF, TREE_DISCONNECT, ECHO and CANCEL: no more than a size.</summary>
    public static SmbRequest Bare(SmbCommand command) => new(command, [4, 0, 0, 0]);

    public static int ChargeOf(int length) => Math.Max(1, (length + CreditBytes - 1) / CreditBytes);

    private static SmbRequest QueryInfo(SmbHandle handle, byte type, byte informationClass)
    {
        var body = new byte[40];
        U16(body, 0, 41);
        body[2] = type;
        body[3] = informationClass;
        U32(body, 4, OutputLimit);
        Put(body, 24, handle);
        return new SmbRequest(SmbCommand.QueryInfo, body);
    }

    private static void Put(byte[] body, int at, SmbHandle handle)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(at), handle.Persistent);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(at + 8), handle.Volatile);
    }

    private static void U16(byte[] body, int at, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(at), checked((ushort)value));

    private static void U32(byte[] body, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(at), value);
}

/// <summary>What a handle may be used for (MS-SMB2 2.2.13.1).</summary>
[Flags]
internal enum SmbAccess : uint
{
    /// <summary>Data or entries, attributes, and the right to wait.</summary>
    Read = 0x00120089,

    /// <summary>Attributes only: also what somebody else holds is looked at so.</summary>
    Look = 0x00100080,
}

[Flags]
internal enum CreateOptions : uint
{
    None = 0,
    Directory = 0x01,
    Sequential = 0x04,
    NotDirectory = 0x40,
    OpenReparsePoint = 0x00200000,
}
