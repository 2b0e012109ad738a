using System.Net;
using System.Net.Sockets;

namespace Fixity.Alert.Deliveries.Sending.Guard;

/// <summary>Tells the addresses of the public internet from those behind which somebody's own network lies.</summary>
internal static class PublicAddress
{
    // IANA special-purpose registry: nothing here is a host of the public internet.
    private static readonly IPNetwork[] NotPublic4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
    ];

    // Of the global unicast range; everything outside it is refused without a list.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotPublic6 =
    [
        IPNetwork.Parse("2001::/23"),     // protocol assignments, Teredo among them: it carries an IPv4 address
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"),     // 6to4: carries an IPv4 address, and is switched off everywhere
        IPNetwork.Parse("3fff::/20"),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Array.Exists(NotPublic4, network => network.Contains(address));
        }

        if (EmbeddedIPv4(address) is { } embedded)
        {
            return Is(embedded);
        }

        return Global6.Contains(address) && !Array.Exists(NotPublic6, network => network.Contains(address));
    }
    /// <summary>The IPv4 address that is in truth connected to; null: none.</summary>
    public static IPAddress? EmbeddedIPv4(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } when Nat64.Contains(address) =>
            new IPAddress(address.GetAddressBytes().AsSpan(12)),
        _ => null,
    };
}
