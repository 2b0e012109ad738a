using System.Buffers.Binary;
using System.Security.Cryptography;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Crypto;

/// <summary>Encrypts what is sent and decrypts what comes (MS-SMB2 3.1.4.3). Each direction by one thread at a time.</summary>
internal sealed class Sealer : IDisposable
{
    private const int TagBytes = 16;
    private readonly ulong _sessionId;
    private readonly Cipher _send;
    private readonly Cipher _receive;

    // Never twice under one key, which is all that a nonce must be; the keys are this session's own.
    private ulong _nonce;

    public Sealer(SmbCipher cipher, ulong sessionId, ReadOnlySpan<byte> sendKey, ReadOnlySpan<byte> receiveKey)
    {
        _sessionId = sessionId;
        _send = new Cipher(cipher, sendKey);
        _receive = new Cipher(cipher, receiveKey);
    }

    /// <summary>Encrypts in place what follows the room left for the transform header, and writes that header.</summary>
    public void Seal(Span<byte> message)
    {
        var header = message[..TransformHeader.Bytes];
        var payload = message[TransformHeader.Bytes..];
        TransformHeader.Write(header, _sessionId, payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[TransformHeader.NonceAt..], ++_nonce);
        Span<byte> tag = stackalloc byte[TagBytes];
        _send.Encrypt(
            header.Slice(TransformHeader.NonceAt, _send.NonceBytes), payload, tag, header[TransformHeader.ProtectedAt..]);
        tag.CopyTo(header[TransformHeader.SignatureAt..]);
    }

    /// <summary>Decrypts in place what follows the transform header.</summary>
    /// <exception cref="SmbException">It is not of this session, or it was tampered with.</exception>
    public void Open(Span<byte> message)
    {
        var payload = TransformHeader.Payload(message, _sessionId);
        try
        {
            _receive.Decrypt(
                message.Slice(TransformHeader.NonceAt, _receive.NonceBytes), payload,
                message.Slice(TransformHeader.SignatureAt, TagBytes),
                message[TransformHeader.ProtectedAt..TransformHeader.Bytes]);
        }
        catch (CryptographicException)
        {
            throw new SmbException(SmbFailure.Tampered, "an encrypted answer does not carry its right signature");
        }
    }

    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }

    private sealed class Cipher : IDisposable
    {
        private readonly AesGcm? _gcm;
        private readonly AesCcm? _ccm;

        public Cipher(SmbCipher cipher, ReadOnlySpan<byte> key)
        {
            if (cipher is SmbCipher.Aes128Gcm or SmbCipher.Aes256Gcm)
            {
                _gcm = new AesGcm(key, TagBytes);
            }
            else
            {
                _ccm = new AesCcm(key);
            }
        }

        public int NonceBytes => _gcm is null ? 11 : 12;

        public void Encrypt(ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> header)
        {
            if (_gcm is not null)
            {
                _gcm.Encrypt(nonce, data, data, tag, header);
            }
            else
            {
                _ccm!.Encrypt(nonce, data, data, tag, header);
            }
        }

        public void Decrypt(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header)
        {
            if (_gcm is not null)
            {
                _gcm.Decrypt(nonce, data, tag, data, header);
            }
            else
            {
                _ccm!.Decrypt(nonce, data, tag, data, header);
            }
        }

        public void Dispose()
        {
            _gcm?.Dispose();
            _ccm?.Dispose();
        }
    }
}
