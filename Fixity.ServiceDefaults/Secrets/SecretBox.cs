using System.Security.Cryptography;
using System.Text;

namespace Fixity.ServiceDefaults.Secrets;

/// <summary>Encrypts secrets at rest: AES-256-GCM, with the id of the key and bound to the place where it is stored.</summary>
/// <remarks>Layout: 1 byte version · 4 bytes key id · 12 bytes nonce · 16 bytes tag · ciphertext.</remarks>
public sealed class SecretBox : IDisposable
{
    /// <summary>Configuration key of the master secret; at least 32 characters.</summary>
    public const string KeySetting = "Fixity:EncryptionKey";

    private const byte Version = 1;
    private const int KeyIdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + KeyIdBytes + NonceBytes + TagBytes;

    private readonly byte[] _key;
    private readonly byte[] _keyId;

    /// <exception cref="InvalidOperationException">No master secret, or one too short.</exception>
    public SecretBox(string? master)
    {
        if (master is not { Length: >= 32 })
        {
            throw new InvalidOperationException(
                $"{KeySetting} must hold the secret that encrypts stored secrets, at least 32 characters.");
        }

        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(master), 32, info: "fixity secrets v1"u8.ToArray());
        _keyId = SHA256.HashData(key)[..KeyIdBytes];
        _key = key;
    }

    /// <param name="place">Where it is stored, such as <c>webhook:17:secret</c>: a copy put elsewhere does not decrypt.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, string place)
    {
        var box = new byte[HeaderBytes + secret.Length];
        box[0] = Version;
        _keyId.CopyTo(box, 1);
        var nonce = box.AsSpan(1 + KeyIdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Cipher();
        aes.Encrypt(
            nonce, secret, box.AsSpan(HeaderBytes), box.AsSpan(1 + KeyIdBytes + NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(place));
        return box;
    }

    /// <exception cref="CryptographicException">Another key, another place, or the bytes were changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string place)
    {
        if (box.Length < HeaderBytes || box[0] != Version)
        {
            throw new CryptographicException("The stored secret is not of a form that this version knows.");
        }

        if (!box.Slice(1, KeyIdBytes).SequenceEqual(_keyId))
        {
            throw new CryptographicException(
                $"The stored secret was encrypted with another key; {KeySetting} must be the one it was saved with.");
        }

        var secret = new byte[box.Length - HeaderBytes];
        using var aes = Cipher();
        aes.Decrypt(
            box.Slice(1 + KeyIdBytes, NonceBytes), box[HeaderBytes..], box.Slice(1 + KeyIdBytes + NonceBytes, TagBytes),
            secret, Encoding.UTF8.GetBytes(place));
        return secret;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // One a call: an AesGcm is not safe for concurrent use, and this box is shared by all who send.
    private AesGcm Cipher() => new(_key, TagBytes);
}
