using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Fixity.Alert.Tests.Receivers;

/// <summary>A mail server that forgives nothing (RFC 5321), on a free port of this machine: keeps what it got and answers as it is told.</summary>
internal sealed class StrictMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MailServerManners _manners;
    private readonly Task _accepting;

    public StrictMailServer(MailServerManners manners)
    {
        _manners = manners;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<ReceivedMail> Mails { get; } = new();

    /// <summary>Every line that a client said, logins included.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>What a client did that the protocol forbids.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(sessions);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (_manners.ImplicitTls)
            {
                stream = await EncryptAsync(stream);
            }

            await new StrictMailSession(this, _manners, stream, _manners.ImplicitTls, EncryptAsync).RunAsync(_stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or did not like the certificate.
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(_manners.Certificate!);
        return encrypted;
    }
}

/// <summary>How a <see cref="StrictMailServer"/> behaves.</summary>
internal sealed record MailServerManners
{
    public X509Certificate2? Certificate { get; init; }

    public bool ImplicitTls { get; init; }

    public bool OffersStartTls { get; init; } = true;

    /// <summary>Said in the clear together with the answer to STARTTLS, as somebody on the way would.</summary>
    public string Injected { get; init; } = "";

    public string Auth { get; init; } = "";

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    public string? Size { get; init; }

    public string Greeting { get; init; } = "220 strict.test ESMTP";

    public Func<string, string> Recipient { get; init; } = _ => "250 2.1.5 fine";

    /// <summary>Null: the connection is cut when the mail is there.</summary>
    public string? AfterData { get; init; } = "250 2.0.0 taken";
}

internal sealed record ReceivedMail(
    string From, IReadOnlyList<string> To, string Text, bool Encrypted, string? User);
