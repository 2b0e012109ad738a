using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Listens for the dashboard's calls: HTTP/2 without TLS, on a loopback port of its own choice.</summary>
internal sealed class ResourceServiceHost : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private ResourceServiceHost(WebApplication app)
    {
        _app = app;
        Address = app.Urls.Single();
    }

    /// <summary>http://127.0.0.1:port</summary>
    public string Address { get; }

    public static async Task<ResourceServiceHost> StartAsync(ResourceService service, CancellationToken cancellation)
    {
        // Empty, so that nothing of the AppHost's own settings (its ASPNETCORE_URLS above all) is taken for this one's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopLimit);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // The dashboard's streams are silent for hours.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });

        var app = builder.Build();
        app.Run(context => service.HandleAsync(context, app.Lifetime.ApplicationStopping));
        await app.StartAsync(cancellation);
        return new ResourceServiceHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
