using Fixity.ServiceDefaults.Health;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Edge;

/// <summary>What every request passes before anybody looks at what it wants.</summary>
internal static class EdgeRegistration
{
    // Enough for every request of the API; a file to upload is none of them.
    private const long RequestBytes = 4 * 1024 * 1024;

    // A path of 4,096 bytes, each of them percent-encoded, and what stands round it.
    private const int RequestLineBytes = 16 * 1024;
    private const int HeaderBytes = 32 * 1024;
    private const int Headers = 100;

    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(15);

    // Longer than proxies keep their connections to us: else they would send on one that we are just closing.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    public static void AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "drain", provider => provider.GetRequiredService<Drain>(), HealthStatus.Unhealthy, [HealthEndpoints.ReadyTag]));
        services.AddHostFilter();
        services.AddCompression();
        // ASPNETCORE_FORWARDEDHEADERS_ENABLED, which tools set without asking, would have everybody believed.
        services.PostConfigure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.None);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>(Limit);
    }

    /// <summary>Before authentication.</summary>
    public static void UseEdge(this WebApplication app)
    {
        var drain = app.Services.GetRequiredService<Drain>();
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.Use(drain.InvokeAsync);
        app.UseHostFilter();
        app.Use(limits.LimitAddressAsync);
        app.UseRequestSize();
        app.UseWholeChanges();
        app.UseCompression();
    }

    /// <summary>As soon as it is known who calls what.</summary>
    public static void UseCallerLimits(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<RateLimits>().LimitCallerAsync);
        app.Use(app.Services.GetRequiredService<Drain>().EndStreamsAsync);
    }

    private static void Limit(KestrelServerOptions kestrel, IOptions<GatewayOptions> options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBytes;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = Headers;
        kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
        kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
        kestrel.Limits.MinResponseDataRate = SlowestBody;
        kestrel.Limits.MaxConcurrentConnections = options.Value.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0; // No route is a WebSocket.
    }
}
