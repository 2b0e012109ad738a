namespace Fixity.Smb;

/// <summary>What a connection was agreed to be.</summary>
/// <param name="Signing">Null: answers are not signed.</param>
/// <param name="ReadBytes">One read at most.</param>
/// <param name="ListBytes">One page of a listing at most.</param>
public sealed record SmbConnectionInfo(
    SmbDialect Dialect, SmbSigning? Signing, SmbCipher Cipher, int ReadBytes, int ListBytes);

/// <summary>Where the root of a share is: another pair is another storage.</summary>
/// <param name="VolumeSerial">Of the server's volume (MS-FSCC 2.5.9).</param>
/// <param name="FileId">Of the folder on it; 0: the server does not tell.</param>
public sealed record SmbRoot(uint VolumeSerial, ulong FileId);
