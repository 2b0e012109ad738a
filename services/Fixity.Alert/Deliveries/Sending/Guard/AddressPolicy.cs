using System.Net;

namespace Fixity.Alert.Deliveries.Sending.Guard;

/// <summary>Which addresses a delivery may be sent to: those of the public internet, and what an administrator adds.</summary>
internal sealed class AddressPolicy(AlertOptions options)
{
    private readonly IPNetwork[] _allowed = [.. options.AllowedNetworks.Select(network => IPNetwork.Parse(network))];

    public bool Allows(IPAddress address) =>
        options.AllowPrivateNetworks || PublicAddress.Is(address) || IsAllowed(address)
        || (PublicAddress.EmbeddedIPv4(address) is { } embedded && IsAllowed(embedded));

    private bool IsAllowed(IPAddress address) => Array.Exists(_allowed, network => network.Contains(address));
}
