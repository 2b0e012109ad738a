using System.Buffers.Binary;
using System.Text;

namespace Fixity.Smb.Authentication;

/// <summary>The two messages that a client sends (MS-NLMP 2.2.1.1 and 2.2.1.3).</summary>
internal static class NtlmMessages
{
    /// <summary>Without these a session is worth nothing: Unicode, signing, extended security, key exchange, 128 bits.</summary>
    public const uint Demanded = 0x6008_0011;

    // Beside: names of the target, NTLM, always sign, target information, a version.
    private const uint Offered = Demanded | 0x0280_8204;
    private const int MicAt = 72;
    private const int FixedBytes = 88;

    // Windows 10's, revision 15 of NTLM; servers take it for nothing but a number.
    private static readonly byte[] Version = [10, 0, 0, 0, 0, 0, 0, 15];

    public static ReadOnlySpan<byte> Signature => "NTLMSSP\0"u8;

    public static byte[] Negotiate()
    {
        var message = new byte[40];
        Signature.CopyTo(message);
        message[8] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(12), Offered);
        Version.CopyTo(message, 32);
        return message;
    }

    /// <summary>The answer to the challenge, with room for the code that protects all three messages.</summary>
    public static byte[] Authenticate(
        uint flags, byte[] lmResponse, byte[] ntResponse, string domain, string user, byte[] wrappedKey)
    {
        var payload = new MemoryStream();
        var message = new byte[FixedBytes];
        Signature.CopyTo(message);
        message[8] = 3;
        Field(message, 28, payload, Encoding.Unicode.GetBytes(domain));
        Field(message, 36, payload, Encoding.Unicode.GetBytes(user));
        Field(message, 44, payload, []);
        Field(message, 12, payload, lmResponse);
        Field(message, 20, payload, ntResponse);
        Field(message, 52, payload, wrappedKey);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(60), flags & Offered);
        Version.CopyTo(message, 64);
        return [.. message, .. payload.ToArray()];
    }

    public static void PutMic(byte[] authenticate, byte[] mic) => mic.CopyTo(authenticate, MicAt);

    private static void Field(byte[] message, int at, MemoryStream payload, byte[] value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at), checked((ushort)value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at + 2), (ushort)value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(at + 4), (uint)(FixedBytes + payload.Length));
        payload.Write(value);
    }
}
