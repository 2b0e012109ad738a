using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Fixity.AppHost;

/// <summary>What who runs Fixity can decide: <c>Fixity:Watch</c>, <c>Fixity:Port</c>, the connection string.</summary>
/// <param name="Watch">A folder that becomes the first target, in full.</param>
/// <param name="HasOwnDatabase">The database is somebody else's to run.</param>
internal sealed record RunOptions(string? Watch, int? PublicPort, bool HasOwnDatabase)
{
    private const int DefaultPort = 8080;
    private const int PortsTried = 100;

    /// <returns>False: an option makes no sense, and has been complained about.</returns>
    public static bool TryRead(IDistributedApplicationBuilder builder, out RunOptions options)
    {
        var hasOwnDatabase = !string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("fixitydb"));
        options = new RunOptions(null, null, hasOwnDatabase);
        if (builder.ExecutionContext.IsPublishMode)
        {
            return true;
        }

        if (builder.Configuration["Fixity:Watch"] is { Length: > 0 } folder)
        {
            options = options with { Watch = Path.GetFullPath(folder) };
            if (!Directory.Exists(options.Watch))
            {
                return Complain($"Fixity:Watch: there is no folder '{options.Watch}'.");
            }
        }

        if (builder.Configuration["Fixity:Port"] is { Length: > 0 } text)
        {
            if (!int.TryParse(text, CultureInfo.InvariantCulture, out var port) || port is < 1 or > IPEndPoint.MaxPort)
            {
                return Complain($"Fixity:Port: '{text}' is no port number.");
            }

            options = options with { PublicPort = port };
            return IsFree(port) || Complain($"Fixity:Port: somebody else listens on port {port}.");
        }

        var free = Enumerable.Range(DefaultPort, PortsTried).FirstOrDefault(IsFree);
        if (free == 0)
        {
            return Complain(
                $"Ports {DefaultPort} to {DefaultPort + PortsTried - 1} are all taken; Fixity:Port can name another.");
        }

        if (free != DefaultPort)
        {
            Console.WriteLine($"Port {DefaultPort} is taken: Fixity uses {free} (--Fixity:Port=… decides otherwise).");
        }

        options = options with { PublicPort = free };
        return true;
    }

    private static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException failure)
        {
            // Where there is no ::1, nobody can be in the way on it.
            return failure.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }

    private static bool Complain(string complaint)
    {
        Console.Error.WriteLine(complaint);
        return false;
    }
}
