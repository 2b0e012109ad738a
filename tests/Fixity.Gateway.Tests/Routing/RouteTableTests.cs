using System.Net;
using System.Text;
using Fixity.Gateway.Routing;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;

namespace Fixity.Gateway.Tests.Routing;

[Trait("Category", "Database")]
public sealed class RouteTableTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(ServiceApplication<Program>.GatewayKey);

    [Fact]
    public async Task Every_proxied_route_lets_in_whoever_has_the_role_and_nobody_else()
    {
        foreach (var role in Roles.All.Prepend(""))
        {
            var browser = role.Length == 0 ? gateway.NewBrowser() : await gateway.SignInAsAsync(role);
            foreach (var route in RouteTable.All)
            {
                gateway.Upstream.Requests.Clear();
                var path = RouteTable.Root + Fill(route.Path);
                using var answer = await browser.SendAsync(
                    HttpMethod.Parse(route.Method), path, route.Method is "GET" or "DELETE" ? null : new { });

                if (role.Length == 0)
                {
                    await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "not-signed-in");
                    Assert.Empty(gateway.Upstream.Requests);
                }
                else if (!Roles.Covers(role, route.Role))
                {
                    await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "not-allowed");
                    Assert.Empty(gateway.Upstream.Requests);
                }
                else
                {
                    Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{role}: {route}: {answer.StatusCode}");
                    var received = gateway.Upstream.Single(path);
                    Assert.Equal(route.Method, received.Method);
                    var caller = Assert.Single(received.Headers[CallerIdentity.Header])!;
                    Assert.Equal(role, CallerIdentity.Verify(caller, Key, gateway.Clock.GetUtcNow())?.Role);
                }
            }
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("GET", "/api/v1/targets/1/secrets")]
    [InlineData("GET", "/api/v1/targets/one")]
    [InlineData("PATCH", "/api/v1/targets/1")]
    [InlineData("POST", "/api/v1/files/1/history")]
    [InlineData("GET", "/api/v2/targets")]
    [InlineData("GET", "/api")]
    [InlineData("GET", "/api/v1/targets/1/../../../metrics")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/healthz/scheduler")]
    public async Task What_is_not_in_the_table_does_not_exist_for_anybody(string method, string path)
    {
        gateway.Upstream.Requests.Clear();
        foreach (var browser in new[] { gateway.NewBrowser(), await gateway.SignInAsAsync(Roles.Admin) })
        {
            using var answer = await browser.SendAsync(HttpMethod.Parse(method), path);

            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        }

        Assert.Empty(gateway.Upstream.Requests);
    }

    private static string Fill(string path) => path
        .Replace("{id:long}", "17", StringComparison.Ordinal)
        .Replace("{targetId:long}", "17", StringComparison.Ordinal)
        .Replace("{id:guid}", "0198b9a2-0000-7000-8000-000000000001", StringComparison.Ordinal);
}
