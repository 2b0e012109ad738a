using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fixity.Testing.Smb;

/// <summary>Stands between a client and a server on this machine: delays, changes or cuts what goes through.</summary>
public sealed partial class TcpProxy : IAsyncDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const int Pieces = 256;
    private const int LengthBytes = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _target;
    private readonly Task _accepting;
    private long _toClient;
    private int _ended;

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

    /// <summary>Called with each whole message of SMB, length field first, and may change it. Each waits for its last byte.</summary>
    public Action<ProxiedMessage>? Message { get; set; }

    /// <summary>Nothing goes through, and nobody is told: a cable that was pulled.</summary>
    public bool IsHalfOpen { get; set; }

    public int Connections => _sockets.Count / 2;

    /// <summary>How many of them have ended, in both directions.</summary>
    public int Ended => Volatile.Read(ref _ended) / 2;

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

            var connection = Connections;
            _ = PumpAsync(client, server, Whole(new ProxiedMessage(connection, IsToServer: true, default)), data => ToServer?.Invoke(data));
            _ = PumpAsync(
                server, client, Whole(new ProxiedMessage(connection, IsToServer: false, default)),
                data => ToClient?.Invoke(data, Interlocked.Add(ref _toClient, data.Length) - data.Length));
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Wait wait, Action<Memory<byte>> look)
    {
        using var line = new Line(to);
        try
        {
            while (true)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                var received = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (received == 0)
                {
                    break;
                }

                (buffer, received) = await wait(from, buffer, received);
                look(buffer.AsMemory(0, received));
                if (!IsHalfOpen)
                {
                    line.Put(Delay, buffer, received);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // An end like any other: the other side is told by the end of its connection.
        }

        await line.EndAsync();
        to.Dispose();
        from.Dispose();
        Interlocked.Increment(ref _ended);
    }

    private delegate ValueTask<(byte[] Buffer, int Length)> Wait(Socket from, byte[] buffer, int length);

    /// <summary>Waits until what came ends where a message does, and shows each of them.</summary>
    private Wait Whole(ProxiedMessage way) => async (from, buffer, length) =>
    {
        for (var at = 0; Message is not null && at < length;)
        {
            var end = length - at < LengthBytes ? at + LengthBytes : at + LengthBytes + BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
            if (end > buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(end);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            if (end > length)
            {
                var received = await from.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, _stop.Token);
                if (received == 0)
                {
                    break;
                }

                length += received;
                continue;
            }

            if (end - at > LengthBytes)
            {
                Message(way with { Data = buffer.AsMemory(at, end - at) });
            }

            at = end;
        }

        return (buffer, length);
    };

    /// <summary>One direction of a connection: each piece leaves when its time has come, and none waits for another.</summary>
    /// <remarks>A thread of its own: the timers of the runtime are too coarse for half a millisecond.</remarks>
    private sealed partial class Line : IDisposable
    {
        private readonly BlockingCollection<(long Due, byte[] Data, int Length)> _under = new(Pieces);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Socket _to;

        public Line(Socket to)
        {
            _to = to;
            new Thread(Run) { IsBackground = true }.Start();
        }

        public void Put(TimeSpan delay, byte[] data, int length) =>
            _under.Add((Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency), data, length));

        /// <summary>Completes when all that was put is on its way, or nobody takes it any more.</summary>
        public Task EndAsync()
        {
            _under.CompleteAdding();
            return _ended.Task;
        }

        public void Dispose() => _under.Dispose();

        private void Run()
        {
            foreach (var (due, data, length) in _under.GetConsumingEnumerable())
            {
                while (due - Stopwatch.GetTimestamp() is > 0 and var wait)
                {
                    _ = usleep((uint)Math.Min(500_000, 1 + (wait * 1_000_000 / Stopwatch.Frequency)));
                }

                Send(data.AsSpan(0, length));
                ArrayPool<byte>.Shared.Return(data);
            }

            _ended.SetResult();
        }

        private void Send(ReadOnlySpan<byte> data)
        {
            try
            {
                while (!data.IsEmpty)
                {
                    data = data[_to.Send(data)..];
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // Nobody is there any more; what else comes is thrown away until the other side notices.
            }
        }

#pragma warning disable IDE1006, SYSLIB1054 // Named as the C library names it.
        [LibraryImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int usleep(uint microseconds);
#pragma warning restore IDE1006, SYSLIB1054
    }
}

/// <summary>A message on its way.</summary>
/// <param name="Connection">The number of the connection, the same in both directions.</param>
/// <param name="Data">With the four bytes of its length.</param>
public readonly record struct ProxiedMessage(int Connection, bool IsToServer, Memory<byte> Data);
