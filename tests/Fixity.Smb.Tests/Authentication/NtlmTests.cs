using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Fixity.Smb.Authentication;
using Fixity.Smb.Crypto;

namespace Fixity.Smb.Tests.Authentication;

/// <summary>The worked example of MS-NLMP 4.2.4, and what must not be said.</summary>
public sealed class NtlmTests
{
    private const string User = "User";
    private const string Domain = "Domain";
    private static readonly byte[] ServerChallenge = Convert.FromHexString("0123456789abcdef");
    private static readonly byte[] ClientChallenge = [.. Enumerable.Repeat((byte)0xaa, 8)];

    [Fact]
    public void The_response_key_is_that_of_the_example() =>
        Assert.Equal("0c868a403bfd7a93a3001ef22ef02e3f", Convert.ToHexStringLower(ResponseKey()));

    [Fact]
    public void Proof_and_wrapped_key_are_those_of_the_example()
    {
        using var login = new NtlmLogin(ResponseKey(), User, Domain, "host");
        var challenge = new NtlmChallenge(
            0xe28a8233, ServerChallenge,
            [new NtlmPair(2, Encoding.Unicode.GetBytes("Domain")), new NtlmPair(1, Encoding.Unicode.GetBytes("Server"))]);

        var message = login.Answer(challenge, [], ClientChallenge, [.. Enumerable.Repeat((byte)0x55, 16)]);

        Assert.Equal("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", Convert.ToHexStringLower(Field(message, 12)));
        Assert.Equal("68cd0ab851e51c96aabc927bebef6a1c", Convert.ToHexStringLower(Field(message, 20)[..16]));
        Assert.Equal("c5dad2544fc9799094ce1ce90bc9d03e", Convert.ToHexStringLower(Field(message, 52)));
    }

    [Theory]
    [InlineData("user", "user")]
    [InlineData(@"DOMAIN\user", @"DOMAIN\user")]
    [InlineData("user@realm", @"realm\user")]
    public void A_login_says_its_name_and_never_its_password(string login, string name)
    {
        using var authenticator = new NtlmAuthenticator(login, "s3cret-pässword");

        Assert.Equal(name, authenticator.Name);
        Assert.Equal(name, authenticator.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(@"DOMAIN\")]
    public void Nobody_is_never_logged_in(string login) =>
        Assert.Throws<ArgumentException>(() => new NtlmAuthenticator(login, "x"));

    [Fact]
    public void A_weak_challenge_is_refused()
    {
        var message = new byte[48];
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = 2;

        Assert.Equal(SmbFailure.Tampered, Assert.Throws<SmbException>(() => NtlmChallenge.Read(message)).Failure);
    }

    private static byte[] ResponseKey()
    {
        var hash = new byte[Md4.HashBytes];
        Md4.Hash(MemoryMarshal.AsBytes("Password".AsSpan()), hash);
        return NtlmKeys.Response(hash, User, Domain);
    }

    private static byte[] Field(byte[] message, int at)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at));
        return message.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at + 4)), length).ToArray();
    }
}
