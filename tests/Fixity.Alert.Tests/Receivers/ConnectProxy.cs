using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fixity.Alert.Tests.Receivers;

/// <summary>A proxy that knows CONNECT alone: asks who wants it, opens a tunnel to one place, and keeps what it sees go by.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _served = [];
    private readonly int _port;
    private readonly string _login;
    private readonly Task _accepting;

    /// <param name="port">Of this machine: every tunnel ends there, whatever was asked for.</param>
    /// <param name="login"><c>name:password</c>.</param>
    public ConnectProxy(int port, string login)
    {
        (_port, _login) = (port, Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>First lines of all that was asked of it.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What went through tunnels towards the receiver.</summary>
    public ConcurrentQueue<byte[]> Seen { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_served);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using var _ = caller;
        try
        {
            var stream = caller.GetStream();
            while (await ReadHeadAsync(stream) is { Count: > 0 } head)
            {
                Asked.Enqueue(head[0]);
                if (!head[0].StartsWith("CONNECT ", StringComparison.Ordinal))
                {
                    await SayAsync(stream, "405 Method Not Allowed");
                }
                else if (!head.Contains($"Proxy-Authorization: Basic {_login}"))
                {
                    await SayAsync(stream, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"\r\n");
                }
                else
                {
                    await TunnelAsync(stream);
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has left.
        }
    }

    private async Task TunnelAsync(NetworkStream caller)
    {
        using var receiver = new TcpClient();
        await receiver.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
        var beyond = receiver.GetStream();
        await caller.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
        var back = beyond.CopyToAsync(caller, _stop.Token);
        var buffer = new byte[16 * 1024];
        while (await caller.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            Seen.Enqueue(buffer[..count]);
            await beyond.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }

        receiver.Client.Shutdown(SocketShutdown.Send);
        await back;
    }

    private ValueTask SayAsync(NetworkStream stream, string status, string headers = "") => stream.WriteAsync(
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n"), _stop.Token);

    /// <returns>Its lines; none: the caller has left.</returns>
    private async Task<IReadOnlyList<string>> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return [];
            }

            head.Append((char)one[0]);
        }

        return head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
