using Fixity.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Configuration;

namespace Fixity.Gateway.Routing;

internal static class RoutingRegistration
{
    public static void AddRoutes(this IServiceCollection services)
    {
        services.AddSingleton<ProxyPipeline>();
        services.AddSingleton<IProxyConfigProvider>(provider =>
            ProxyConfiguration.From(provider.GetRequiredService<IConfiguration>()));
        services.AddReverseProxy().AddTransforms<IdentityTransform>();
    }

    public static void MapRoutes(this IEndpointRouteBuilder routes)
    {
        var pipeline = routes.ServiceProvider.GetRequiredService<ProxyPipeline>();
        routes.MapReverseProxy(proxy =>
        {
            proxy.Use(pipeline.InvokeAsync);
            proxy.UseLoadBalancing();
        }).ConfigureEndpoints(static (endpoint, route) =>
        {
            if (RouteTable.Of(route.RouteId).Target is { } target)
            {
                endpoint.KeptTo(target);
            }
        });
        // Whatever is not classified does not exist, for anybody: the answer tells nothing about who may do what.
        routes.Map("/api/{**path}", static (HttpContext context) => RoutingProblems.NoSuchRoute(context.Request))
            .WithOrder(int.MaxValue - 1)
            .ExcludeFromDescription()
            .AllowAnonymous();
    }
}
