using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Run;

/// <summary>Finds TCP ports of this machine for processes that must be told theirs beforehand.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that nobody has at this moment; nothing keeps it from being taken in the next.</summary>
    public static int Any()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>The given port, or the next one that is free.</summary>
    public static int From(int port)
    {
        for (var candidate = port; candidate <= Math.Min(port + 200, IPEndPoint.MaxPort); candidate++)
        {
            if (IsFree(candidate))
            {
                return candidate;
            }
        }

        return Any();
    }

    /// <summary>Free on both loopback addresses, for what listens on "localhost".</summary>
    public static bool IsFree(int port) =>
        CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    private static bool CanBind(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException failure)
        {
            // A kernel without ::1 says that the address is not available: nobody can have the port there.
            return failure.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
