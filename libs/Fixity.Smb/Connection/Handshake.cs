using Fixity.Smb.Authentication;
using Fixity.Smb.Crypto;
using Fixity.Smb.Transport;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Makes a link that reads: connects, negotiates, logs in, connects to the share, and demands what must be.</summary>
internal sealed class Handshake(SmbOptions options)
{
    private readonly Negotiation _negotiation = new(options);

    /// <exception cref="SmbException">With the cause, exactly; a refused login is not tried a second time.</exception>
    public static async Task<(SmbLink Link, SmbConnectionInfo Info)> OpenAsync(
        SmbOptions options, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        SmbLink? link = null;
        try
        {
            var transport = await (options.Connector ?? TcpConnector.Instance)
                .ConnectAsync(options.Host, options.Port, either.Token);
            link = new SmbLink(transport, options);
            var info = await new Handshake(options).RunAsync(link, either.Token);
            return (link, info);
        }
        catch (Exception failure)
        {
            if (link is not null)
            {
                await link.DisposeAsync();
            }

            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                throw new SmbException(
                    SmbFailure.TimedOut,
                    $"{options.Host}, port {options.Port}, "
                    + $"{(link is null ? "did not answer" : "took the connection, but did not answer")} within "
                    + $"{options.ConnectTimeout.TotalSeconds:0.#} s");
            }

            throw;
        }
    }

    private async Task<SmbConnectionInfo> RunAsync(SmbLink link, CancellationToken cancellation)
    {
        link.Preauth = new PreauthHash();
        var agreement = await NegotiateAsync(link, cancellation);
        link.AllowLongFrames();
        var inspector = await LogInAsync(link, agreement, cancellation);
        var encryptsShare = await ConnectTreeAsync(link, agreement, inspector, cancellation);
        if (agreement.Dialect != SmbDialect.Smb311 && options.MaxDialect > SmbDialect.Smb210)
        {
            await ValidateAsync(link, agreement, cancellation);
        }

        inspector.Encrypts |= encryptsShare;
        return new SmbConnectionInfo(
            agreement.Dialect, inspector.Signs ? agreement.Signing : null,
            inspector.Encrypts ? agreement.Cipher : SmbCipher.None, Math.Min(options.ReadBytes, agreement.MaxReadBytes),
            Math.Min(options.ReadBytes, agreement.MaxTransactBytes));
    }

    private async Task<Agreement> NegotiateAsync(SmbLink link, CancellationToken cancellation)
    {
        Agreement agreement;
        try
        {
            using var answer = await link.AskAsync([_negotiation.Request()], cancellation);
            if (answer.Status(0) != NtStatus.Success)
            {
                throw new SmbException(SmbFailure.Protocol, NtStatus.Text(answer.Status(0)), answer.Status(0));
            }

            agreement = _negotiation.Read(answer.Message(0));
            link.Preauth!.Append(answer.Message(0));
        }
        catch (SmbException failure) when (failure.Failure is SmbFailure.ConnectionLost or SmbFailure.Protocol)
        {
            throw new SmbException(
                SmbFailure.NotSmb,
                $"{options.Host}, port {options.Port}: the server does not offer SMB 2.1 or later ({failure.Message})",
                failure.Status, failure);
        }

        return options.RequireEncryption && agreement.Cipher == SmbCipher.None
            ? throw new SmbException(
                SmbFailure.EncryptionUnavailable,
                $"{options.Host} speaks {agreement.Dialect} without encryption, and encryption is required")
            : agreement;
    }

    private async Task<Inspector> LogInAsync(SmbLink link, Agreement agreement, CancellationToken cancellation)
    {
        using var login = options.Authenticator.Begin(options.Host);
        var token = login.Next(agreement.SecurityToken);
        while (true)
        {
            using var answer = await link.AskAsync(
                [Requests.SessionSetup(token, options.RequireSigning)], cancellation);
            var status = answer.Status(0);
            if (status == NtStatus.MoreProcessingRequired)
            {
                link.SessionId = SmbHeader.SessionId(answer.Message(0));
                link.Preauth!.Append(answer.Message(0));
                Replies.SessionSetup(answer.Message(0), out var received);
                token = login.Next(received);
            }
            else if (status != NtStatus.Success)
            {
                link.SessionId = 0;
                var hint = status == NtStatus.AccessDenied && agreement.Cipher == SmbCipher.None
                    ? "; the server may demand encryption, which this connection does not have"
                    : "";
                throw new SmbException(
                    NtStatus.FailureOfLogin(status),
                    $"the login of {options.Authenticator.Name} at {options.Host} for the share {options.Share} was refused: "
                    + NtStatus.Text(status) + hint, status);
            }
            else
            {
                return Accept(link, agreement, login, answer.Message(0));
            }
        }
    }

    private Inspector Accept(SmbLink link, Agreement agreement, ISmbLogin login, ReadOnlySpan<byte> message)
    {
        var session = Replies.SessionSetup(message, out var received);
        if (session.IsGuest)
        {
            throw new SmbException(
                SmbFailure.GuestRefused,
                $"{options.Host} does not know {options.Authenticator.Name} and would let it in as a guest");
        }

        login.Complete(received);
        link.SessionId = SmbHeader.SessionId(message);
        var (dialect, cipher) = (agreement.Dialect, agreement.Cipher);
        var hash = link.Preauth!.Value;
        link.Preauth = null;
        var sealer = cipher == SmbCipher.None ? null : new Sealer(
            cipher, link.SessionId, SessionKeys.Sending(dialect, cipher, login.SessionKey, hash),
            SessionKeys.Receiving(dialect, cipher, login.SessionKey, hash));
        var signs = options.RequireSigning || agreement.ServerRequiresSigning;
        var inspector = new Inspector(
            agreement.Signing, SessionKeys.Signing(dialect, login.SessionKey, hash), signs, sealer)
        {
            Encrypts = session.EncryptsAll || options.RequireEncryption,
        };
        var isSigned = SmbHeader.Flags(message).HasFlag(HeaderFlags.Signed);
        if ((isSigned || signs || dialect == SmbDialect.Smb311) && !inspector.Verify(message.ToArray()))
        {
            throw new SmbException(SmbFailure.Tampered, isSigned
                ? "the answer to the login does not carry its right signature: somebody changed it or the negotiation"
                : "the answer to the login is not signed");
        }

        if (inspector.Encrypts && sealer is null)
        {
            throw new SmbException(SmbFailure.EncryptionUnavailable, "the server demands encryption that it did not offer");
        }

        link.Protect(inspector);
        return inspector;
    }

    private async Task<bool> ConnectTreeAsync(
        SmbLink link, Agreement agreement, Inspector inspector, CancellationToken cancellation)
    {
        var name = options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]" : options.Host;
        var path = $@"\\{name}\{options.Share}";
        using var answer = await link.AskAsync(
            [Requests.TreeConnect(path)], cancellation, sign: agreement.Dialect == SmbDialect.Smb311);
        if (answer.Status(0) is not NtStatus.Success and var status)
        {
            var hint = status == NtStatus.AccessDenied && agreement.Cipher == SmbCipher.None
                ? $"; the share may demand encryption, which {agreement.Dialect} does not have here"
                : "";
            throw new SmbException(
                NtStatus.FailureOfShare(status), $"the share {path}: {NtStatus.Text(status)}{hint}", status);
        }

        var tree = Replies.TreeConnect(answer.Message(0));
        if (!tree.IsDisk)
        {
            throw new SmbException(SmbFailure.ShareMissing, $"the share {path} holds no files");
        }

        link.TreeId = SmbHeader.TreeId(answer.Message(0));
        return tree.Encrypts && inspector.Sealer is null
            ? throw new SmbException(SmbFailure.EncryptionUnavailable, $"the share {path} demands encryption")
            : tree.Encrypts;
    }

    /// <summary>Before 3.1.1 the negotiation itself is unprotected: the server repeats it, signed.</summary>
    private async Task ValidateAsync(SmbLink link, Agreement agreement, CancellationToken cancellation)
    {
        using var answer = await AskForValidationAsync(link, cancellation);

        // A server that does not know the question says so, signed: who would rewrite could not sign that.
        if (answer.Status(0) is not (NtStatus.NotSupported or NtStatus.InvalidDeviceRequest or NtStatus.FileClosed))
        {
            Negotiation.CheckValidation(
                agreement, Replies.Ioctl(answer.Expect(0, "the server does not confirm the negotiation")));
        }
    }

    private async Task<Answer> AskForValidationAsync(SmbLink link, CancellationToken cancellation)
    {
        try
        {
            return await link.AskAsync(
                [Requests.ValidateNegotiate(_negotiation.ValidationInput())], cancellation, sign: true);
        }
        catch (SmbException failure) when (failure.Failure == SmbFailure.ConnectionLost)
        {
            // That is how a server says that another offer reached it than the one we made (MS-SMB2 3.3.5.15.12).
            throw new SmbException(
                SmbFailure.Tampered, "the server ended the connection instead of confirming the negotiation", cause: failure);
        }
    }
}
