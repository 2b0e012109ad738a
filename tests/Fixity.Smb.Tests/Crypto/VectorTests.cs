using System.Security.Cryptography;
using System.Text;
using Fixity.Smb.Crypto;

namespace Fixity.Smb.Tests.Crypto;

/// <summary>What the RFCs say that comes out.</summary>
public sealed class VectorTests
{
    [Theory]
    [InlineData("", "31d6cfe0d16ae931b73c59d7e0c089c0")]
    [InlineData("a", "bde52cb31de33e46245e05fbdbd6fb24")]
    [InlineData("abc", "a448017aaf21d8525fc10ae87aa6729d")]
    [InlineData("message digest", "d9130a8164549fe818874806e1c7014b")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4")]
    [InlineData(
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "e33b4ddc9c38f2199c3e7b164fcc0536")]
    public void Md4_is_that_of_rfc_1320(string text, string hash)
    {
        var computed = new byte[Md4.HashBytes];

        Md4.Hash(Encoding.ASCII.GetBytes(text), computed);

        Assert.Equal(hash, Convert.ToHexStringLower(computed));
    }

    [Theory]
    [InlineData("", "bb1d6929e95937287fa37d129b756746")]
    [InlineData("6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c")]
    [InlineData(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411", "dfa66747de9ae63030ca32611497c827")]
    [InlineData(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        "51f0bebf7e3b9d92fc49741779363cfe")]
    public void Cmac_is_that_of_rfc_4493(string message, string tag)
    {
        using var cmac = new AesCmac(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"));
        var computed = new byte[AesCmac.TagBytes];

        cmac.Compute(Convert.FromHexString(message), computed);

        Assert.Equal(tag, Convert.ToHexStringLower(computed));
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 16)]
    [InlineData(200_001)]
    public void Cmac_over_chunks_is_cmac_over_all(int length)
    {
        var message = new byte[length];
        new Random(length).NextBytes(message);
        var key = new byte[16];
        using var cmac = new AesCmac(key);
        var computed = new byte[AesCmac.TagBytes];

        cmac.Compute(message, computed);

        Assert.Equal(BlockByBlock(key, message), computed);
    }

    [Theory]
    [InlineData("Key", "Plaintext", "bbf316e8d940af0ad3")]
    [InlineData("Wiki", "pedia", "1021bf0420")]
    public void Rc4_is_what_everybody_says_it_is(string key, string text, string cipher)
    {
        var data = Encoding.ASCII.GetBytes(text);

        new Rc4(Encoding.ASCII.GetBytes(key)).Apply(data);

        Assert.Equal(cipher, Convert.ToHexStringLower(data));
    }

    // From "The anatomy of signing and cryptographic keys", Microsoft: one session of 3.1.1 and one of 3.0.
    [Theory]
    [InlineData(
        SmbDialect.Smb311, "270E1BA896585EEB7AF3472D3B4C75A7", "73FE7A9A77BEF0BDE49C650D8CCB5F76",
        "629BCBC54422A0F572B97F45989B6073", "E2AF0DCEFAC68DA71A0DFBD0D1350D74")]
    [InlineData(
        SmbDialect.Smb300, "7CD451825D0450D235424E44BA6E78CC", "0B7E9C5CAC36C0F6EA9AB275298CEDCE",
        "FAD27796665B313EBB578F388632B4F7", "B0F0427F7CEB416D1D9DCC0CD4F99447")]
    public void Keys_are_those_of_the_published_sessions(
        SmbDialect dialect, string session, string signing, string sending, string receiving)
    {
        var key = Convert.FromHexString(session);
        var hash = Convert.FromHexString(
            "0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB79"
            + "28622DDDAD522D9751640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01");

        Assert.Equal(signing, Convert.ToHexString(SessionKeys.Signing(dialect, key, hash)));
        Assert.Equal(sending, Convert.ToHexString(SessionKeys.Sending(dialect, SmbCipher.Aes128Ccm, key, hash)));
        Assert.Equal(receiving, Convert.ToHexString(SessionKeys.Receiving(dialect, SmbCipher.Aes128Ccm, key, hash)));
    }

    private static byte[] BlockByBlock(byte[] key, byte[] message)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var subkey = aes.EncryptEcb(new byte[16], PaddingMode.None);
        Double(subkey);
        var blocks = (message.Length + 15) / 16;
        var state = new byte[16];
        for (var i = 0; i < blocks; i++)
        {
            var block = new byte[16];
            var length = Math.Min(16, message.Length - (16 * i));
            message.AsSpan(16 * i, length).CopyTo(block);
            if (i == blocks - 1)
            {
                if (length < 16)
                {
                    block[length] = 0x80;
                    Double(subkey);
                }

                Mix(block, subkey);
            }

            Mix(state, block);
            state = aes.EncryptEcb(state, PaddingMode.None);
        }

        return state;
    }

    private static void Mix(byte[] into, byte[] other)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] ^= other[i];
        }
    }

    private static void Double(byte[] value)
    {
        var number = new System.Numerics.BigInteger(value, isUnsigned: true, isBigEndian: true) << 1;
        var overflow = number >> 128 != 0;
        var doubled = (number & ((System.Numerics.BigInteger.One << 128) - 1)) ^ (overflow ? 0x87 : 0);
        Array.Clear(value);
        var bytes = doubled.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(value, 16 - bytes.Length);
    }
}
