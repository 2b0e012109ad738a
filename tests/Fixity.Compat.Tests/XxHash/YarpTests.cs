using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Fixity.Compat.Tests.XxHash;

/// <summary>Cookie affinity is where YARP hashes (the destination's id): it has to run on the stand-in.</summary>
public sealed class YarpTests
{
    [Fact]
    public async Task A_cookie_keeps_a_client_at_its_destination()
    {
        await using var first = await StartAsync(app => app.MapGet("/", () => "first"));
        await using var second = await StartAsync(app => app.MapGet("/", () => "second"));
        await using var proxy = await StartAsync(
            app => app.MapReverseProxy(),
            services => services.AddReverseProxy().LoadFromMemory([Route], [ClusterOf(first, second)]));

        using var client = new HttpClient { BaseAddress = new Uri(proxy.Urls.Single()) };
        var answers = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await client.GetStringAsync("/"));
        }

        Assert.Contains(Assert.Single(answers), (string[])["first", "second"]);
    }

    private static RouteConfig Route =>
        new() { RouteId = "all", ClusterId = "two", Match = new RouteMatch { Path = "{**rest}" } };

    private static ClusterConfig ClusterOf(WebApplication first, WebApplication second) => new()
    {
        ClusterId = "two",
        LoadBalancingPolicy = "RoundRobin",
        SessionAffinity = new SessionAffinityConfig
        {
            Enabled = true,
            Policy = "HashCookie",
            AffinityKeyName = "stay",
            Cookie = new SessionAffinityCookieConfig { SecurePolicy = CookieSecurePolicy.None },
        },
        Destinations = new Dictionary<string, DestinationConfig>
        {
            ["first"] = new() { Address = first.Urls.Single() },
            ["second"] = new() { Address = second.Urls.Single() },
        },
    };

    private static async Task<WebApplication> StartAsync(
        Action<WebApplication> map, Action<IServiceCollection>? register = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        register?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
