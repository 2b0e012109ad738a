using System.Net.Security;
using System.Net.Sockets;
using Fixity.Alert.Deliveries.Sending.Guard;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>A guarded connection for the channels that are not http: plain, TLS from the start, or TLS from some moment on.</summary>
internal sealed class ReceiverConnection : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly NetworkStream _network;
    private readonly DestinationTls _tls;
    private readonly string _host;
    private SslStream? _encrypted;

    private ReceiverConnection(NetworkStream network, DestinationTls tls, string host) =>
        (_network, _tls, _host) = (network, tls, host);

    public Stream Stream => _encrypted ?? (Stream)_network;

    public bool IsEncrypted => _encrypted is not null;

    public static async Task<ReceiverConnection> OpenAsync(
        DestinationGuard guard, DestinationTls tls, Uri url, int defaultPort, bool encrypted, TimeProvider clock,
        CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var network = await guard.ConnectAsync(url.IdnHost, url.Port > 0 ? url.Port : defaultPort, either.Token);
        var connection = new ReceiverConnection(network, tls, url.IdnHost);
        try
        {
            if (encrypted)
            {
                await connection.EncryptAsync(either.Token);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>From here on nobody on the way reads along.</summary>
    public async Task EncryptAsync(CancellationToken cancellation)
    {
        _encrypted = new SslStream(_network, leaveInnerStreamOpen: true);
        await _encrypted.AuthenticateAsClientAsync(_tls.For(_host), cancellation);
    }

    /// <summary>Says that nothing more is sent; what the other side says after it can still be read.</summary>
    public async Task ShutDownAsync()
    {
        if (_encrypted is not null)
        {
            await _encrypted.ShutdownAsync();
        }

        _network.Socket.Shutdown(SocketShutdown.Send);
    }

    public async ValueTask DisposeAsync()
    {
        if (_encrypted is not null)
        {
            await _encrypted.DisposeAsync();
        }

        await _network.DisposeAsync();
    }
}
