using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Fixity.Gateway.Routing;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.AspNetCore.Routing;

namespace Fixity.Gateway.Tests.Routing;

/// <summary>Every route of every program: denied until it is classified, and then open to whom it says and nobody else.</summary>
[Trait("Category", "Database")]
public sealed partial class EveryRouteTests(RunningServices running) : IClassFixture<RunningServices>
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(ServiceApplication<Program>.GatewayKey);

    /// <summary>What a service serves that the gateway does not pass on: reachable from inside alone, and without a secret.</summary>
    private static readonly string[] Internal =
        ["any /healthz", "any /readyz", "GET /metrics", "GET /openapi/{documentName}.json"];

    /// <summary>The gateway's own routes that are not open to all, and the least that may use each.</summary>
    private static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/auth/logout"] = Roles.Viewer,
        ["POST /api/v1/auth/password"] = Roles.Viewer,
        ["GET /api/v1/users"] = Roles.Admin,
        ["POST /api/v1/users"] = Roles.Admin,
        ["PUT /api/v1/users/{id}"] = Roles.Admin,
        ["DELETE /api/v1/users/{id}"] = Roles.Admin,
        // Everybody has their own.
        ["GET /api/v1/auth/sessions"] = Roles.Viewer,
        ["DELETE /api/v1/auth/sessions"] = Roles.Viewer,
        ["DELETE /api/v1/auth/sessions/{id}"] = Roles.Viewer,
        ["GET /api/v1/tokens"] = Roles.Viewer,
        ["POST /api/v1/tokens"] = Roles.Viewer,
        ["DELETE /api/v1/tokens/{id}"] = Roles.Viewer,
        ["GET /api/v1/audit"] = Roles.Admin,
        ["GET /api/v1/audit/export"] = Roles.Admin,
        ["GET /api/v1/audit/verify"] = Roles.Admin,
    };

    [Fact]
    public void Every_route_of_every_service_is_passed_on_by_the_table_or_known_to_be_internal()
    {
        foreach (var (service, endpoints) in running.Endpoints)
        {
            var table = RouteTable.All.Where(route => route.Service == service)
                .Select(route => $"{route.Method} {Plain(RouteTable.Root + route.Path)}");

            Assert.Equal(
                table.Concat(Internal).Order(StringComparer.Ordinal),
                endpoints.SelectMany(NamesOf).Distinct().Order(StringComparer.Ordinal));
        }

        Assert.Equal(RouteTable.Services.Order(), running.Endpoints.Keys.Order());
    }

    [Fact]
    public void Every_route_of_the_gateway_is_proxied_open_or_classified()
    {
        var proxied = RouteTable.All.Select(route => $"{route.Method} {Plain(RouteTable.Root + route.Path)}");

        Assert.Equal(
            proxied.Concat(Own.Keys).Concat(OpenEndpointsTests.Open).Order(StringComparer.Ordinal),
            running.GatewayEndpoints.SelectMany(NamesOf).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Roles.Viewer)]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Admin)]
    public async Task Every_route_lets_in_whoever_has_its_role_and_nobody_else(string role)
    {
        var routes = RouteTable.All.Select(route => ($"{route.Method} {RouteTable.Root}{route.Path}", route.Role))
            .Concat(Own.Select(own => (own.Key, own.Value)));
        foreach (var (route, needed) in routes)
        {
            var browser = await SignInAsync(role);
            var (method, path) = Request(route);
            using var answer = await SendAsync(browser.Http, method, path, browser.CsrfToken);

            var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? (await answer.JsonAsync()).GetProperty("type").GetString()
                : null;
            var expected = role.Length == 0 ? HttpStatusCode.Unauthorized
                : Roles.Covers(role, needed) ? (HttpStatusCode?)null
                : HttpStatusCode.Forbidden;
            if (expected is { } refusal)
            {
                Assert.True(answer.StatusCode == refusal, $"{role}: {route}: {answer.StatusCode}, expected {refusal}");
            }
            else
            {
                // What a request without sense may be told: anything but that it may not be made, or that nobody is there.
                Assert.False(
                    answer.StatusCode is HttpStatusCode.Unauthorized || (int)answer.StatusCode >= 500
                        || problem is "urn:fixity:problem:not-found" or "urn:fixity:problem:not-allowed",
                    $"{role}: {route}: {answer.StatusCode} {problem}");
            }
        }
    }

    [Fact]
    public async Task No_service_believes_anybody_but_the_gateway()
    {
        var now = TimeProvider.System.GetUtcNow();
        var good = new CallerIdentity("mallory", Roles.Admin).Sign(Key, now);
        var forgeries = new Dictionary<string, string?>
        {
            ["nothing"] = null,
            ["words"] = "admin",
            ["another key"] = new CallerIdentity("mallory", Roles.Admin).Sign(
                Encoding.UTF8.GetBytes("the key of another gateway, as long as this"), now),
            ["a minute ago"] = new CallerIdentity("mallory", Roles.Admin).Sign(Key, now - TimeSpan.FromSeconds(61)),
            ["no signature"] = good[..good.LastIndexOf('.')] + ".",
            ["two of them"] = $"{good},{good}",
        };
        foreach (var (service, endpoints) in running.Endpoints)
        {
            using var client = new HttpClient { BaseAddress = running.Addresses[service] };
            foreach (var route in endpoints.SelectMany(NamesOf).Distinct().Except(Internal))
            {
                foreach (var (kind, identity) in forgeries)
                {
                    var (method, path) = Request(route);
                    using var answer = await SendAsync(client, method, path, null, identity);

                    Assert.True(
                        answer.StatusCode == HttpStatusCode.Unauthorized, $"{service}: {route} with {kind}: {answer.StatusCode}");
                }
            }
        }
    }

    [Fact]
    public async Task A_service_asks_for_the_role_again()
    {
        foreach (var route in RouteTable.All.Where(route => route.Role != Roles.Viewer))
        {
            using var client = new HttpClient { BaseAddress = running.Addresses[route.Service] };
            var identity = new CallerIdentity("vera", Roles.Viewer).Sign(Key, TimeProvider.System.GetUtcNow());
            var (method, path) = Request($"{route.Method} {RouteTable.Root}{route.Path}");
            using var answer = await SendAsync(client, method, path, null, identity);

            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task The_longest_path_there_can_be_fits_into_an_address_all_the_way()
    {
        var browser = await SignInAsync(Roles.Viewer);
        var path = string.Concat(Enumerable.Repeat("%C3%A4", 2_048));

        using var answer = await browser.Http.GetAsync($"/api/v1/files?target=1&path={path}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // A session each, since one of the routes ends it.
    private async Task<Browser> SignInAsync(string role)
    {
        var browser = running.Gateway.NewBrowser(running.Address);
        if (role.Length > 0)
        {
            using var answer = await browser.LogInAsync(await running.Gateway.AddUserAsync(role));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        return browser;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string? csrfToken, string? identity = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get && method != HttpMethod.Delete)
        {
            request.Content = JsonContent.Create(new { });
        }

        if (csrfToken is not null)
        {
            request.Headers.Add("X-CSRF-Token", csrfToken);
        }

        if (identity is not null)
        {
            request.Headers.TryAddWithoutValidation(CallerIdentity.Header, identity);
        }

        // Headers are enough: the stream of events never ends.
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static (HttpMethod Method, string Path) Request(string route)
    {
        var parts = route.Split(' ', 2);
        return (HttpMethod.Parse(parts[0]), Parameter().Replace(parts[1], match => match.Value switch
        {
            var guid when guid.Contains("guid", StringComparison.Ordinal) => "0198b9a2-0000-7000-8000-000000000001",
            // The route's plain form does not say.
            _ when parts[1].StartsWith("/api/v1/deliveries/", StringComparison.Ordinal) => "0198b9a2-0000-7000-8000-000000000001",
            _ => "999999",
        }));
    }

    private static IEnumerable<string> NamesOf(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
        return methods.DefaultIfEmpty("any")
            .Select(method => $"{method} {Plain("/" + endpoint.RoutePattern.RawText?.TrimStart('/'))}");
    }

    // Without constraints, and without the slash that a group of routes leaves at the end.
    private static string Plain(string path) => Constraint().Replace(path, "}").TrimEnd('/') is { Length: > 0 } plain ? plain : "/";

    [GeneratedRegex(@":[a-z]+\}")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
