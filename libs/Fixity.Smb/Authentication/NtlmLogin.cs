using System.Security.Cryptography;
using System.Text;
using Fixity.Smb.Crypto;

namespace Fixity.Smb.Authentication;

/// <summary>One NTLMv2 login inside SPNEGO, with the code over all messages and the signed list of mechanisms.</summary>
internal sealed class NtlmLogin(byte[] responseKey, string user, string domain, string host) : ISmbLogin
{
    private readonly byte[] _sessionKey = new byte[NtlmKeys.Bytes];
    private byte[]? _negotiate;
    private bool _isProven;

    public ReadOnlySpan<byte> SessionKey => _sessionKey;

    public byte[] Next(ReadOnlySpan<byte> received)
    {
        if (_negotiate is null)
        {
            _negotiate = NtlmMessages.Negotiate();
            return Spnego.First(_negotiate);
        }

        if (_isProven)
        {
            throw new SmbException(SmbFailure.LoginRefused, "the server asks for more than NTLM has to say");
        }

        var challengeMessage = Spnego.Read(received).Token;
        _isProven = true;
        var answer = Answer(
            NtlmChallenge.Read(challengeMessage), challengeMessage, RandomNumberGenerator.GetBytes(8),
            RandomNumberGenerator.GetBytes(NtlmKeys.Bytes));
        return Spnego.Second(answer, NtlmKeys.Signature(_sessionKey, Spnego.Mechanisms, ofServer: false));
    }

    public void Complete(ReadOnlySpan<byte> received)
    {
        var mic = Spnego.Read(received).Mic;
        var right = NtlmKeys.Signature(_sessionKey, Spnego.Mechanisms, ofServer: true);
        if (!_isProven || (mic.Length > 0 && !CryptographicOperations.FixedTimeEquals(mic, right)))
        {
            throw new SmbException(SmbFailure.Tampered, "the server's last login token does not carry its right signature");
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_sessionKey);
        CryptographicOperations.ZeroMemory(responseKey);
    }

    internal byte[] Answer(
        NtlmChallenge challenge, byte[] challengeMessage, byte[] clientChallenge, byte[] exportedKey)
    {
        var timestamp = challenge.Timestamp;
        var target = NtlmPair.Write(timestamp is null ? challenge.Target : [.. TheirPairs(challenge), .. OurPairs()]);
        byte[] temp =
        [
            1, 1, 0, 0, 0, 0, 0, 0, .. timestamp ?? new byte[8], .. clientChallenge, 0, 0, 0, 0, .. target, 0, 0, 0, 0,
        ];
        var proof = NtlmKeys.Hmac(responseKey, challenge.ServerChallenge, temp);
        var lmResponse = timestamp is null
            ? (byte[])[.. NtlmKeys.Hmac(responseKey, challenge.ServerChallenge, clientChallenge), .. clientChallenge]
            : new byte[24];
        var wrappingKey = NtlmKeys.Hmac(responseKey, proof);
        exportedKey.CopyTo(_sessionKey, 0);
        var wrapped = exportedKey.ToArray();
        new Rc4(wrappingKey).Apply(wrapped);
        CryptographicOperations.ZeroMemory(wrappingKey);
        CryptographicOperations.ZeroMemory(exportedKey);

        var message = NtlmMessages.Authenticate(challenge.Flags, lmResponse, [.. proof, .. temp], domain, user, wrapped);
        if (timestamp is not null)
        {
            NtlmMessages.PutMic(message, NtlmKeys.Hmac(_sessionKey, _negotiate ?? [], challengeMessage, message));
        }

        return message;
    }

    private static IEnumerable<NtlmPair> TheirPairs(NtlmChallenge challenge) => challenge.Target.Where(
        pair => pair.Id is not (NtlmPair.Flags or NtlmPair.ChannelBindings or NtlmPair.TargetName));

    // That a code over the messages follows, whom we mean, and that there is no channel around this one.
    private IEnumerable<NtlmPair> OurPairs() =>
    [
        new NtlmPair(NtlmPair.Flags, [2, 0, 0, 0]),
        new NtlmPair(NtlmPair.ChannelBindings, new byte[16]),
        new NtlmPair(NtlmPair.TargetName, Encoding.Unicode.GetBytes($"cifs/{host}")),
    ];
}
