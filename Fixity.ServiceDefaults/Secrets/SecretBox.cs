using System.Security.Cryptography;
using System.Text;

namespace Fixity.ServiceDefaults.Secrets;

/// <summary>Encrypts secrets at rest: AES-256-GCM, with the id of the key and bound to the place where it is stored.</summary>
/// <remarks>Layout: 1 byte version · 4 bytes key id · 12 bytes nonce · 16 bytes tag · ciphertext.</remarks>
public sealed class SecretBox : IDisposable
{
    /// <summary>Configuration key of the master secret; at least 32 characters.</summary>
    public const string KeySetting = "Fixity:EncryptionKey";

    /// <summary>Configuration key of a file that holds it, instead.</summary>
    public const string KeyFileSetting = "Fixity:EncryptionKeyFile";

    /// <summary>Configuration key of a list of further master secrets: they open what they sealed, and seal nothing.</summary>
    public const string FurtherKeysSetting = "Fixity:FurtherEncryptionKeys";

    /// <summary>Configuration key of a list of files that hold them.</summary>
    public const string FurtherKeyFilesSetting = "Fixity:FurtherEncryptionKeyFiles";

    private const byte Version = 1;
    private const int KeyIdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + KeyIdBytes + NonceBytes + TagBytes;

    // The first one seals.
    private readonly IReadOnlyList<MasterKey> _keys;

    /// <exception cref="InvalidOperationException">No master secret, or one too short.</exception>
    public SecretBox(string? master, params IEnumerable<string> further) =>
        _keys = [MasterKey.Of(master, KeySetting), .. further.Select(other => MasterKey.Of(other, FurtherKeysSetting))];

    /// <param name="place">Where it is stored, such as <c>webhook:17:secret</c>: a copy put elsewhere does not decrypt.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, string place)
    {
        var box = new byte[HeaderBytes + secret.Length];
        box[0] = Version;
        _keys[0].Id.CopyTo(box, 1);
        var nonce = box.AsSpan(1 + KeyIdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = _keys[0].Cipher();
        aes.Encrypt(
            nonce, secret, box.AsSpan(HeaderBytes), box.AsSpan(1 + KeyIdBytes + NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(place));
        return box;
    }

    /// <exception cref="CryptographicException">An unknown key, another place, or the bytes were changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string place)
    {
        if (box.Length < HeaderBytes || box[0] != Version)
        {
            throw new CryptographicException("The stored secret is not of a form that this version knows.");
        }

        var secret = new byte[box.Length - HeaderBytes];
        using var aes = KeyOf(box).Cipher();
        aes.Decrypt(
            box.Slice(1 + KeyIdBytes, NonceBytes), box[HeaderBytes..], box.Slice(1 + KeyIdBytes + NonceBytes, TagBytes),
            secret, Encoding.UTF8.GetBytes(place));
        return secret;
    }

    /// <summary>Whether it was sealed with the key that seals now; else it is to be sealed again.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> box) =>
        box.Length >= HeaderBytes && box[0] == Version && box.Slice(1, KeyIdBytes).SequenceEqual(_keys[0].Id);

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            CryptographicOperations.ZeroMemory(key.Bytes);
        }
    }

    private MasterKey KeyOf(ReadOnlySpan<byte> box)
    {
        foreach (var key in _keys)
        {
            if (box.Slice(1, KeyIdBytes).SequenceEqual(key.Id))
            {
                return key;
            }
        }

        throw new CryptographicException(
            $"The stored secret was encrypted with another key; {KeySetting} or one of {FurtherKeysSetting} must be the one "
            + "it was saved with.");
    }

    private sealed class MasterKey(byte[] bytes)
    {
        private const int LeastCharacters = 32;

        public byte[] Bytes { get; } = bytes;

        public byte[] Id { get; } = SHA256.HashData(bytes)[..KeyIdBytes];

        public static MasterKey Of(string? master, string setting) => master is { Length: >= LeastCharacters }
            ? new MasterKey(HKDF.DeriveKey(
                HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(master), 32, info: "fixity secrets v1"u8.ToArray()))
            : throw new InvalidOperationException(
                $"{setting} must hold the secret that encrypts stored secrets, at least {LeastCharacters} characters.");

        // One a call: an AesGcm is not safe for concurrent use, and this box is shared by all who send.
        public AesGcm Cipher() => new(Bytes, TagBytes);
    }
}
