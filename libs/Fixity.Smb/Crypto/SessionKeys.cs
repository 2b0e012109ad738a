using System.Security.Cryptography;

namespace Fixity.Smb.Crypto;

/// <summary>The keys of a session, derived from the one that the login left (MS-SMB2 3.1.4.2, SP 800-108).</summary>
internal static class SessionKeys
{
    public const int KeyBytes = 16;

    public static byte[] Signing(SmbDialect dialect, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> preauthHash) =>
        dialect switch
        {
            SmbDialect.Smb311 => Derive(sessionKey, "SMBSigningKey\0"u8, preauthHash, KeyBytes),
            SmbDialect.Smb300 or SmbDialect.Smb302 => Derive(sessionKey, "SMB2AESCMAC\0"u8, "SmbSign\0"u8, KeyBytes),
            _ => sessionKey[..KeyBytes].ToArray(),
        };

    public static byte[] Sending(
        SmbDialect dialect, SmbCipher cipher, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> preauthHash) =>
        dialect == SmbDialect.Smb311
            ? Derive(sessionKey, "SMBC2SCipherKey\0"u8, preauthHash, CipherKeyBytes(cipher))
            : Derive(sessionKey, "SMB2AESCCM\0"u8, "ServerIn \0"u8, CipherKeyBytes(cipher));

    public static byte[] Receiving(
        SmbDialect dialect, SmbCipher cipher, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> preauthHash) =>
        dialect == SmbDialect.Smb311
            ? Derive(sessionKey, "SMBS2CCipherKey\0"u8, preauthHash, CipherKeyBytes(cipher))
            : Derive(sessionKey, "SMB2AESCCM\0"u8, "ServerOut\0"u8, CipherKeyBytes(cipher));

    public static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, int bytes)
    {
        var derived = new byte[bytes];
        SP800108HmacCounterKdf.DeriveBytes(key, HashAlgorithmName.SHA256, label, context, derived);
        return derived;
    }

    private static int CipherKeyBytes(SmbCipher cipher) =>
        cipher is SmbCipher.Aes256Ccm or SmbCipher.Aes256Gcm ? 32 : 16;
}
