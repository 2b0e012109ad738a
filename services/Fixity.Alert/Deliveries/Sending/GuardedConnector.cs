using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Opens every connection to a receiver: resolves, refuses what is not public, connects to just what it checked.</summary>
/// <remarks>
/// At connect time and not when the url is saved: a name may resolve to something else by then, and an address has many
/// spellings. What was checked is an address, and that address is connected to, so there is nothing left to rebind.
/// </remarks>
internal sealed class GuardedConnector(IOptions<AlertOptions> options)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var resolved = await Dns.GetHostAddressesAsync(host, cancellation);
        var allowed = options.Value.AllowPrivateNetworks ? resolved : Array.FindAll(resolved, PublicAddress.Is);
        if (resolved.Length > 0 && allowed.Length == 0)
        {
            throw new BlockedAddressException(
                $"blocked: {host} is {string.Join(", ", resolved.AsEnumerable())}, which is not on the public internet. "
                + $"{AlertOptions.Section}:{nameof(AlertOptions.AllowPrivateNetworks)} allows it.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The address is one that a webhook may not reach; nothing was sent to it.</summary>
internal sealed class BlockedAddressException(string message) : Exception(message);
