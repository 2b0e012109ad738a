using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Fixity.Testing.Smb;

/// <summary>Stands between a client and a server on this machine: delays, changes or cuts what goes through.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _target;
    private readonly Task _accepting;
    private long _toClient;

    public TcpProxy(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long a byte is under way, each way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Called with what goes to the client and how many bytes went there before; may change it.</summary>
    public Action<Memory<byte>, long>? ToClient { get; set; }

    /// <summary>Called with what goes to the server; may change it.</summary>
    public Action<Memory<byte>>? ToServer { get; set; }

    /// <summary>Nothing goes through, and nobody is told: a cable that was pulled.</summary>
    public bool IsHalfOpen { get; set; }

    public int Connections => _sockets.Count / 2;

    /// <summary>Ends all connections at once, with a reset.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets)
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync(_stop.Token);
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            _sockets.Add(client);
            _sockets.Add(server);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            }
            catch (SocketException)
            {
                client.Dispose();
                continue;
            }

            _ = PumpAsync(client, server, data => ToServer?.Invoke(data));
            _ = PumpAsync(server, client, data => ToClient?.Invoke(data, Interlocked.Add(ref _toClient, data.Length) - data.Length));
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Action<Memory<byte>> look)
    {
        var late = Channel.CreateBounded<(long Due, byte[] Data)>(1024);
        var sending = SendAsync(late.Reader, to);
        var buffer = new byte[256 * 1024];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token)) > 0)
            {
                look(buffer.AsMemory(0, received));
                if (!IsHalfOpen)
                {
                    await late.Writer.WriteAsync(
                        (Environment.TickCount64 + (long)Delay.TotalMilliseconds, buffer[..received]), _stop.Token);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // An end like any other: the other side is told by the end of its connection.
        }

        late.Writer.TryComplete();
        await sending;
        to.Dispose();
        from.Dispose();
    }

    private async Task SendAsync(ChannelReader<(long Due, byte[] Data)> late, Socket to)
    {
        try
        {
            await foreach (var (due, data) in late.ReadAllAsync(_stop.Token))
            {
                if (due - Environment.TickCount64 is > 0 and var wait)
                {
                    await Task.Delay((int)wait, _stop.Token);
                }

                await to.SendAsync(data, SocketFlags.None, _stop.Token);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // As above.
        }
    }
}
