using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Fixity.Alert.Deliveries.Sending.Guard;

/// <summary>Opens every connection to a receiver: resolves, refuses what may not be reached, connects to just what it checked.</summary>
/// <remarks>
/// At connect time, and not only when the url is saved: a name may resolve to something else by then, and an address has
/// many spellings. What is checked is an address, and that address is connected to, so there is nothing left to rebind.
/// </remarks>
internal sealed class DestinationGuard(IOptions<AlertOptions> options, ResolveHost resolve)
{
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(5);

    private readonly AddressPolicy _policy = new(options.Value);
    private readonly Uri? _proxy = string.IsNullOrEmpty(options.Value.Proxy) ? null : new Uri(options.Value.Proxy);

    /// <summary>Whether a destination may be saved, or be asked of a proxy.</summary>
    /// <returns>Null, or a sentence that says why not. A name that does not resolve now may later.</returns>
    public async Task<string?> CheckAsync(Uri destination, CancellationToken cancellation)
    {
        try
        {
            var host = destination.IdnHost;
            return Refusal(host, await resolve(host, cancellation).WaitAsync(CheckPatience, cancellation));
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="CheckAsync"/> where a proxy connects, and this process will not see to what; else null.</summary>
    public async Task<string?> CheckForProxyAsync(Uri destination, CancellationToken cancellation) =>
        _proxy is null ? null : await CheckAsync(destination, cancellation);

    /// <exception cref="BlockedAddressException">Nothing was sent: no address of the host may be reached.</exception>
    public async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var resolved = await resolve(host, cancellation);
        if (Refusal(host, resolved) is { } refusal)
        {
            throw new BlockedAddressException(refusal);
        }

        return await OpenAsync(Array.FindAll(resolved, _policy.Allows), port, cancellation);
    }

    /// <summary>For the http client: its connections go to the receiver, or all of them to the proxy.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (_proxy is null)
        {
            return await ConnectAsync(host, port, cancellation);
        }

        // The administrator named it, wherever it is; and the client was told to go nowhere else.
        return host == _proxy.IdnHost && port == _proxy.Port
            ? await OpenAsync(await resolve(host, cancellation), port, cancellation)
            : throw new BlockedAddressException($"{host} is not the proxy.");
    }

    private string? Refusal(string host, IPAddress[] resolved) =>
        resolved.Length == 0 || Array.Exists(resolved, _policy.Allows)
            ? null
            : $"{host} is {string.Join(", ", resolved.AsEnumerable())}, which is not on the public internet. "
                + $"{AlertOptions.Section}:{nameof(AlertOptions.AllowedNetworks)} can allow it.";

    private static async Task<NetworkStream> OpenAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Finds the addresses of a name, or of any spelling of an address.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>The address is one that a webhook may not reach; nothing was sent to it.</summary>
internal sealed class BlockedAddressException(string refusal) : Exception("blocked: " + refusal);
