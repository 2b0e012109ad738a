using System.Net;
using System.Net.Sockets;

namespace Fixity.Smb.Transport;

/// <summary>Connects by TCP to the first of a name's addresses that answers.</summary>
internal sealed class TcpConnector : ISmbConnector
{
    public static TcpConnector Instance { get; } = new();

    public async Task<ISmbTransport> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var addresses = await ResolveAsync(host, cancellation);
        SocketException? refusal = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
                return new TcpTransport(socket);
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                refusal = failure;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new SmbException(
            SmbFailure.Refused, $"no connection to {host}, port {port}: {Text(refusal)}", cause: refusal);
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            throw new SmbException(SmbFailure.NameNotFound, $"the name {host} does not resolve", cause: failure);
        }
    }

    private static string Text(SocketException? refusal) => refusal?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "the port is closed",
        SocketError.TimedOut => "nobody answered",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no way leads there",
        null => "the name has no address",
        _ => refusal.Message,
    };
}

/// <summary>One TCP connection.</summary>
internal sealed class TcpTransport(Socket socket) : ISmbTransport
{
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        try
        {
            while (!data.IsEmpty)
            {
                data = data[await socket.SendAsync(data, SocketFlags.None, cancellation)..];
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
