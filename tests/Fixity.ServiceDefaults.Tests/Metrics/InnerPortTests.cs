using System.Net;
using System.Net.Sockets;
using Fixity.ServiceDefaults.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Fixity.ServiceDefaults.Tests.Metrics;

public sealed class InnerPortTests
{
    [Theory]
    [InlineData(false)]
    // As an application model has it that knows of the port.
    [InlineData(true)]
    public async Task Metrics_are_on_the_inner_port_alone_and_nothing_else_is(bool isAmongTheUrls)
    {
        var inner = new Uri($"http://127.0.0.1:{FreePort()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseUrls(
            $"http://127.0.0.1:{FreePort()}" + (isAmongTheUrls ? $";http://localhost:{inner.Port}" : ""));
        builder.AddTelemetry();
        await using var app = builder.Build();
        app.UseMetricsOn(inner.ToString());
        app.MapGet("/hello", () => "hello");
        await app.StartAsync();
        var outer = new Uri(app.Urls.First());
        using var client = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(outer, "/hello"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(outer, "/metrics"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(inner, "/hello"))).StatusCode);
        Assert.Contains(
            "# TYPE dotnet_", await client.GetStringAsync(new Uri(inner, "/metrics")), StringComparison.Ordinal);

        // The Host header is the caller's to write: it opens nothing.
        using var forged = new HttpRequestMessage(HttpMethod.Get, new Uri(outer, "/metrics"));
        forged.Headers.Host = inner.Authority;
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(forged)).StatusCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
