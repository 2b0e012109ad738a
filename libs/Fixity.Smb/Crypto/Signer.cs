using System.Buffers.Binary;
using System.Security.Cryptography;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Crypto;

/// <summary>Signs messages and checks signatures in one of the three ways (MS-SMB2 3.1.4.1). Not for two threads at once.</summary>
internal sealed class Signer : IDisposable
{
    private const int GmacNonceBytes = 12;

    private readonly SmbSigning _algorithm;
    private readonly byte[] _hmacKey;
    private readonly AesCmac? _cmac;
    private readonly AesGcm? _gmac;

    public Signer(SmbSigning algorithm, ReadOnlySpan<byte> key)
    {
        _algorithm = algorithm;
        _hmacKey = algorithm == SmbSigning.HmacSha256 ? key.ToArray() : [];
        _cmac = algorithm == SmbSigning.AesCmac ? new AesCmac(key) : null;
        _gmac = algorithm == SmbSigning.AesGmac ? new AesGcm(key, SmbHeader.SignatureBytes) : null;
    }

    /// <summary>Marks the message as signed and puts the signature into its header.</summary>
    public void Sign(Span<byte> message)
    {
        SmbHeader.SetFlags(message, SmbHeader.Flags(message) | HeaderFlags.Signed);
        var place = message.Slice(SmbHeader.SignatureAt, SmbHeader.SignatureBytes);
        place.Clear();
        Span<byte> signature = stackalloc byte[SmbHeader.SignatureBytes];
        Compute(message, signature);
        signature.CopyTo(place);
    }

    /// <summary>Whether the message carries its right signature. What is in its signature field is cleared.</summary>
    public bool Verify(Span<byte> message)
    {
        var place = message.Slice(SmbHeader.SignatureAt, SmbHeader.SignatureBytes);
        Span<byte> carried = stackalloc byte[SmbHeader.SignatureBytes];
        Span<byte> right = stackalloc byte[SmbHeader.SignatureBytes];
        place.CopyTo(carried);
        place.Clear();
        Compute(message, right);
        return SmbHeader.Flags(message).HasFlag(HeaderFlags.Signed)
            && CryptographicOperations.FixedTimeEquals(carried, right);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_hmacKey);
        _cmac?.Dispose();
        _gmac?.Dispose();
    }

    private void Compute(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        switch (_algorithm)
        {
            case SmbSigning.AesGmac:
                Span<byte> nonce = stackalloc byte[GmacNonceBytes];
                var isAnswer = SmbHeader.Flags(message).HasFlag(HeaderFlags.FromServer);
                var isCancel = SmbHeader.Command(message) == SmbCommand.Cancel;
                BinaryPrimitives.WriteUInt64LittleEndian(nonce, SmbHeader.MessageId(message));
                BinaryPrimitives.WriteUInt32LittleEndian(nonce[8..], (isAnswer ? 1u : 0) | (isCancel ? 2u : 0));
                _gmac!.Encrypt(nonce, default, default, signature, message);
                break;
            case SmbSigning.AesCmac:
                _cmac!.Compute(message, signature);
                break;
            default:
                Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
                HMACSHA256.HashData(_hmacKey, message, hash);
                hash[..SmbHeader.SignatureBytes].CopyTo(signature);
                break;
        }
    }
}
