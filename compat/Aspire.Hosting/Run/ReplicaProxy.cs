using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Run;

/// <summary>One port in front of several: each new connection goes to the next replica that takes it.</summary>
/// <remarks>
/// It carries bytes, not requests: a client that keeps a connection keeps its replica. A replica that is down costs
/// one refused connect, then the next is tried.
/// </remarks>
internal sealed class ReplicaProxy : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<int> _targets;
    private readonly List<TcpListener> _listeners;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _accepting;
    private int _next = -1;

    private ReplicaProxy(int port, IReadOnlyList<int> targets)
    {
        _targets = targets;
        Port = port;
        _listeners = [new TcpListener(IPAddress.Loopback, port)];
        if (Socket.OSSupportsIPv6)
        {
            _listeners.Add(new TcpListener(IPAddress.IPv6Loopback, port));
        }

        _accepting = [];
    }

    public int Port { get; }

    /// <exception cref="DistributedApplicationException">Somebody else listens on the port.</exception>
    public static ReplicaProxy Start(string resourceName, int port, IReadOnlyList<int> targets)
    {
        var proxy = new ReplicaProxy(port, targets);
        foreach (var listener in proxy._listeners.ToList())
        {
            try
            {
                listener.Start();
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                // No ::1 on this machine.
                proxy._listeners.Remove(listener);
                listener.Dispose();
            }
            catch (SocketException failure)
            {
                proxy._listeners.ForEach(each => each.Dispose());
                throw new DistributedApplicationException(
                    $"Port {port} of resource '{resourceName}' cannot be had: {failure.Message}", failure);
            }
        }

        proxy._accepting.AddRange(proxy._listeners.Select(proxy.AcceptAsync));
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(_accepting);
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                if (await NextAsync(listener) is { } client)
                {
                    _ = ServeAsync(client);
                }
                else
                {
                    await Task.Delay(PauseAfterFailure, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped, which is the only way out.
            return;
        }
    }

    /// <returns>Null: the client gave up before it was served, which the next one has not; or this process has no
    /// file descriptors left, which fails again at once until somebody hangs up.</returns>
    private async Task<Socket?> NextAsync(TcpListener listener)
    {
        try
        {
            return await listener.AcceptSocketAsync(_stop.Token);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using var server = await ConnectAsync();
                if (server is not null)
                {
                    await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
            {
                // One side is gone. Closing both, which leaving does, is how the other side learns of it.
            }
        }
    }

    /// <returns>Null: none of the replicas listens.</returns>
    private async Task<Socket?> ConnectAsync()
    {
        var first = (uint)Interlocked.Increment(ref _next);
        for (var offset = 0u; offset < _targets.Count; offset++)
        {
            var port = _targets[(int)((first + offset) % (uint)_targets.Count)];
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(ConnectLimit);
            try
            {
                // By name: what listens on "localhost" may listen on one of its addresses only.
                await server.ConnectAsync("localhost", port, limit.Token);
                return server;
            }
            catch (Exception failure)
                when (failure is SocketException or OperationCanceledException && !_stop.IsCancellationRequested)
            {
                server.Dispose();
            }
        }

        return null;
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        from.NoDelay = true;
        await using var source = new NetworkStream(from, ownsSocket: false);
        await using var target = new NetworkStream(to, ownsSocket: false);
        try
        {
            await source.CopyToAsync(target, _stop.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            // A reset, unlike an end, concerns both directions.
            from.Close();
            to.Close();
            throw;
        }
    }
}
