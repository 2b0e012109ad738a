using Fixity.Gateway.Edge;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Fixity.Gateway.Routing;

/// <summary>Makes YARP's configuration of the route table and of the addresses that the application model gives.</summary>
internal static class ProxyConfiguration
{
    // Of silence, not of the whole: an event stream says something every 15 s, and a download may take hours. The
    // longest that a service says nothing is while it tries a webhook, whose receiver may be given up to 300 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(330);

    public static InMemoryConfigProvider From(IConfiguration configuration) => new(
        [.. RouteTable.All.Select(RouteOf)],
        [.. RouteTable.Services.Select(service => ClusterOf(service, configuration))]);

    /// <summary>Where the instances of a service are: <c>services:{name}:http:0</c>, <c>1</c> and so on.</summary>
    public static IReadOnlyList<string> AddressesOf(string service, IConfiguration configuration) =>
    [
        .. configuration.GetSection($"services:{service}:http").GetChildren()
            .Select(child => child.Value).OfType<string>()
            .Where(address => !string.IsNullOrWhiteSpace(address))
            .Distinct(),
    ];

    private static RouteConfig RouteOf(ProxiedRoute route) => new()
    {
        RouteId = route.Id,
        ClusterId = route.Service,
        AuthorizationPolicy = route.Role,
        Metadata = new Dictionary<string, string> { [CostMetadata.Key] = route.Cost.ToString() },
        Match = new RouteMatch { Path = RouteTable.Root + route.Path, Methods = [route.Method] },
    };

    private static ClusterConfig ClusterOf(string service, IConfiguration configuration) => new()
    {
        ClusterId = service,
        Destinations = AddressesOf(service, configuration)
            .ToDictionary(address => address, address => new DestinationConfig { Address = address }),
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = LongestSilence, AllowResponseBuffering = false },
    };
}
