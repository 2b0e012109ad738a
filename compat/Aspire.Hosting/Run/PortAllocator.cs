using System.Security.Cryptography;

namespace Aspire.Hosting.Run;

/// <summary>Gives each endpoint of this run a port of its own.</summary>
/// <remarks>
/// Not from the range that kernels give to outgoing connections: between the moment that a port is chosen and the one
/// that its service listens on it, any client on the machine might be given it.
/// </remarks>
internal sealed class PortAllocator
{
    private const int First = 20_000;
    private const int End = 32_000;
    private const int Attempts = 500;

    private readonly Lock _gate = new();
    private readonly HashSet<int> _given = [];

    public int Next()
    {
        lock (_gate)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var port = RandomNumberGenerator.GetInt32(First, End);
                if (!_given.Contains(port) && LoopbackPort.IsFree(port))
                {
                    _given.Add(port);
                    return port;
                }
            }
        }

        throw new DistributedApplicationException($"No free port was found between {First} and {End - 1}.");
    }
}
