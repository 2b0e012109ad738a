using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Fixity.Alert.Tests.Receivers;

/// <summary>A syslog server over TCP or TLS that takes octet-counted frames and nothing else.</summary>
internal sealed class SyslogServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly bool _resets;
    private readonly Task _accepting;

    /// <param name="resets">Whether it resets each connection instead of reading it.</param>
    public SyslogServer(X509Certificate2? certificate = null, bool resets = false)
    {
        (_certificate, _resets) = (certificate, resets);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Returns when all that was sent has been read.</summary>
    public async Task ReadToEndAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ReadToEndAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(served);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            if (_resets)
            {
                // Not by disposing of it alone, which would say a proper goodbye first.
                client.Client.Close(0);
                return;
            }

            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var encrypted = new SslStream(stream);
                await encrypted.AuthenticateAsServerAsync(_certificate);
                stream = encrypted;
            }

            using var all = new MemoryStream();
            await stream.CopyToAsync(all, _stop.Token);
            Split(all.ToArray());
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client went away.
        }
    }

    private void Split(ReadOnlySpan<byte> frames)
    {
        while (frames.Length > 0)
        {
            var space = frames.IndexOf((byte)' ');
            var length = int.Parse(Encoding.ASCII.GetString(frames[..space]));
            Messages.Enqueue(Encoding.UTF8.GetString(frames.Slice(space + 1, length)));
            frames = frames[(space + 1 + length)..];
        }
    }
}
