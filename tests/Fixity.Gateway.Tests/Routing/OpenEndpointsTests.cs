using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Tests.Routing;

/// <summary>Holds the list of all that answers somebody who is not signed in: a new route is denied until it is here.</summary>
[Trait("Category", "Database")]
public sealed class OpenEndpointsTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    internal static readonly string[] Open =
    [
        "GET /api/v1/auth/oidc/callback",
        "GET /api/v1/auth/oidc/start",
        "GET /api/v1/auth/session",
        "GET /docs",
        "GET /docs/docs.css",
        "GET /docs/docs.js",
        "GET /openapi/gateway/{documentName}.json",
        "GET /openapi/v1.json",
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/setup",
        // These two answer that there is no such route; the second has the SPA's index page for the rest.
        "any /api/{**path}",
        "any /{**path}",
        "any /healthz",
        "any /readyz",
    ];

    [Fact]
    public void Whatever_is_not_listed_as_open_asks_who_is_there()
    {
        var services = gateway.Start(gateway.Upstream.Address).Services;
        var endpoints = services.GetRequiredService<EndpointDataSource>().Endpoints;
        var withoutPolicy = services.GetRequiredService<IOptions<AuthorizationOptions>>().Value.FallbackPolicy;

        var open = endpoints.Where(endpoint => IsOpen(endpoint, withoutPolicy)).SelectMany(NamesOf).ToList();

        Assert.Equal(Open.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
        Assert.True(endpoints.Count > open.Count + 30, $"{endpoints.Count} endpoints: the source is not the real one");
    }

    private static bool IsOpen(Endpoint endpoint, AuthorizationPolicy? withoutPolicy) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
        || (withoutPolicy is null
            && endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
            && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null);

    private static IEnumerable<string> NamesOf(Endpoint endpoint)
    {
        var pattern = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? endpoint.DisplayName;
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
        return methods.DefaultIfEmpty("any").Select(method => $"{method} /{pattern?.TrimStart('/')}");
    }
}
