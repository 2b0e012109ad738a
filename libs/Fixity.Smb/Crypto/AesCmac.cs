using System.Security.Cryptography;

namespace Fixity.Smb.Crypto;

/// <summary>AES-CMAC (RFC 4493), by which SMB 3.0 and 3.0.2 sign. Not for two threads at once.</summary>
internal sealed class AesCmac : IDisposable
{
    public const int TagBytes = 16;
    private const int ChunkBytes = 64 * 1024;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _whole = new byte[TagBytes];
    private readonly byte[] _padded = new byte[TagBytes];
    private readonly byte[] _chain = new byte[TagBytes];
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(ChunkBytes);

    public AesCmac(ReadOnlySpan<byte> key)
    {
        _aes.SetKey(key);
#pragma warning disable CA5358 // One block under ECB is the bare cipher, which RFC 4493 makes its two subkeys with.
        _aes.EncryptEcb(stackalloc byte[TagBytes], _whole, PaddingMode.None);
#pragma warning restore CA5358
        Double(_whole);
        _whole.CopyTo(_padded, 0);
        Double(_padded);
    }

    public void Compute(ReadOnlySpan<byte> message, Span<byte> tag)
    {
        _chain.AsSpan().Clear();
        while (message.Length > TagBytes)
        {
            // The last block is always left over: it is mixed with a subkey.
            var length = Math.Min(ChunkBytes, (message.Length - 1) / TagBytes * TagBytes);
            _aes.EncryptCbc(message[..length], _chain, _scratch, PaddingMode.None);
            _scratch.AsSpan(length - TagBytes, TagBytes).CopyTo(_chain);
            message = message[length..];
        }

        Span<byte> last = stackalloc byte[TagBytes];
        last.Clear();
        message.CopyTo(last);
        if (message.Length < TagBytes)
        {
            last[message.Length] = 0x80;
        }

        var subkey = message.Length == TagBytes ? _whole : _padded;
        for (var i = 0; i < TagBytes; i++)
        {
            last[i] ^= subkey[i];
        }

        _aes.EncryptCbc(last, _chain, tag, PaddingMode.None);
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_whole);
        CryptographicOperations.ZeroMemory(_padded);
    }

    private static void Double(Span<byte> value)
    {
        var carry = 0;
        for (var i = value.Length - 1; i >= 0; i--)
        {
            var doubled = (value[i] << 1) | carry;
            carry = value[i] >> 7;
            value[i] = (byte)doubled;
        }

        value[^1] ^= (byte)(carry * 0x87);
    }
}
