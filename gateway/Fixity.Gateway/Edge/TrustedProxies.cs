using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Edge;

/// <summary>Believes what a proxy in front says about address and scheme, where that proxy was named; nobody else.</summary>
internal static class TrustedProxies
{
    /// <summary>First of all: everything after it looks at the address and the scheme.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var networks = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.TrustedProxies;
        // With an empty list the middleware would believe everybody.
        if (networks.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null, // Each hop must be one of the networks.
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }

        app.UseForwardedHeaders(forwarded);
    }
}
