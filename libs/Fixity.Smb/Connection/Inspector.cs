using Fixity.Smb.Crypto;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Protects what is sent and refuses what comes unprotected, as the session and the share demand.</summary>
/// <remarks>One direction each by one thread at a time: sending under the outbox's lock, receiving in the one loop.</remarks>
internal sealed class Inspector : IDisposable
{
    // What a server says that no longer knows the session, and so has no key to sign it with.
    private const uint SessionDeleted = 0xC0000203;
    private const uint SessionExpired = 0xC000035C;

    private readonly Signer? _sends;
    private readonly Signer? _receives;

    private Inspector()
    {
    }

    public Inspector(SmbSigning algorithm, ReadOnlySpan<byte> signingKey, bool signs, Sealer? sealer)
    {
        _sends = new Signer(algorithm, signingKey);
        _receives = new Signer(algorithm, signingKey);
        (Signs, Sealer) = (signs, sealer);
    }

    /// <summary>Before the login: there is no key yet.</summary>
    public static Inspector None { get; } = new();

    public bool Signs { get; }

    public bool Encrypts { get; set; }

    public Sealer? Sealer { get; }

    public void Sign(Span<byte> message, Exchange exchange)
    {
        if (_sends is not null && exchange is { MustBeSigned: true, IsEncrypted: false })
        {
            _sends.Sign(message);
        }
    }

    public void Seal(Span<byte> frame, Exchange exchange)
    {
        if (exchange.IsEncrypted)
        {
            Sealer!.Seal(frame);
        }
    }

    public void Open(Span<byte> frame)
    {
        if (Sealer is null)
        {
            throw new SmbException(SmbFailure.Protocol, "an encrypted answer came before there was a key");
        }

        Sealer.Open(frame);
    }

    /// <summary>The answer that ended the login, which came before there was a key to check it with.</summary>
    public bool Verify(Span<byte> message) => _receives!.Verify(message);

    /// <exception cref="SmbException">The answer is not protected as its request was, or was tampered with.</exception>
    public void Check(Span<byte> message, Exchange exchange, bool isEncrypted, bool isInterim)
    {
        if (isEncrypted)
        {
            return;
        }

        var status = SmbHeader.Status(message);
        var isSigned = SmbHeader.Flags(message).HasFlag(HeaderFlags.Signed);
        if (!isSigned && _receives is not null && status is SessionDeleted or SessionExpired)
        {
            throw new SmbException(
                SmbFailure.ConnectionLost, $"the server ended the session: {NtStatus.Text(status)}", status);
        }

        if (exchange.IsEncrypted && !isInterim)
        {
            throw new SmbException(SmbFailure.Tampered, "the server answered in plain what was asked encrypted");
        }

        if (_receives is not null && !isInterim && (exchange.MustBeSigned || isSigned) && !_receives.Verify(message))
        {
            throw new SmbException(
                SmbFailure.Tampered, isSigned ? "an answer does not carry its right signature" : "an answer is not signed");
        }
    }

    public void Dispose()
    {
        _sends?.Dispose();
        _receives?.Dispose();
        Sealer?.Dispose();
    }
}
