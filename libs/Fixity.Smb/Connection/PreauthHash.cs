using System.Security.Cryptography;

namespace Fixity.Smb.Connection;

/// <summary>The hash over all that was said before there were keys (MS-SMB2 3.1.4.1 and 3.2.5.2).</summary>
internal sealed class PreauthHash
{
    private readonly byte[] _value = new byte[SHA512.HashSizeInBytes];

    public ReadOnlySpan<byte> Value => _value;

    public void Append(ReadOnlySpan<byte> message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(_value);
        hash.AppendData(message);
        hash.GetHashAndReset(_value);
    }
}
