using System.Security.Cryptography;
using System.Text;
using Fixity.Smb.Crypto;

namespace Fixity.Smb.Authentication;

/// <summary>The keys of NTLMv2 (MS-NLMP 3.3.2 and 3.4).</summary>
#pragma warning disable CA5351 // MD5 is what MS-NLMP says; what protects the session is derived by SHA-256 and AES.
internal static class NtlmKeys
{
    public const int Bytes = 16;

    /// <summary>NTOWFv2: what the password's hash, the user and the domain make together.</summary>
    public static byte[] Response(ReadOnlySpan<byte> passwordHash, string user, string domain) =>
        HMACMD5.HashData(passwordHash, Encoding.Unicode.GetBytes(user.ToUpperInvariant() + domain));

    public static byte[] Hmac(ReadOnlySpan<byte> key, params ReadOnlySpan<byte[]> parts)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.MD5, key);
        foreach (var part in parts)
        {
            hmac.AppendData(part);
        }

        return hmac.GetHashAndReset();
    }

    /// <summary>The signature of a first message, by which each side shows that it knows the key (MS-NLMP 3.4.4.2).</summary>
    public static byte[] Signature(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> message, bool ofServer)
    {
        var way = ofServer ? "server-to-client" : "client-to-server";
        var signKey = Magic(sessionKey, $"session key to {way} signing key magic constant\0");
        var sealKey = Magic(sessionKey, $"session key to {way} sealing key magic constant\0");
        var sequence = new byte[4];
        var checksum = Hmac(signKey, sequence, message.ToArray()).AsSpan(0, 8);
        new Rc4(sealKey).Apply(checksum);
        return [1, 0, 0, 0, .. checksum, .. sequence];
    }

    private static byte[] Magic(ReadOnlySpan<byte> sessionKey, string constant) =>
        MD5.HashData([.. sessionKey, .. Encoding.ASCII.GetBytes(constant)]);
}
#pragma warning restore CA5351
