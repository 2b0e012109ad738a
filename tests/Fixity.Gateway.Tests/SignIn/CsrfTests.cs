using System.Net;
using System.Net.Http.Json;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.SignIn;

[Trait("Category", "Database")]
public sealed class CsrfTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("/api/v1/scan/now")]
    [InlineData("/api/v1/users")]
    [InlineData("/api/v1/auth/logout")]
    [InlineData("/api/v1/auth/login")]
    public async Task A_change_with_a_cookie_needs_the_token_of_this_very_session(string path)
    {
        var browser = await gateway.SignInAsAsync(Roles.Admin);
        var other = await gateway.SignInAsAsync(Roles.Admin);
        foreach (var token in new[] { null, "", "wrong", other.CsrfToken })
        {
            browser.CsrfToken = token;
            gateway.Upstream.Requests.Clear();

            using var answer = await browser.SendAsync(HttpMethod.Post, path, new { });

            await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "invalid-csrf-token");
            Assert.Empty(gateway.Upstream.Requests);
        }
    }

    [Theory]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("self", true)]
    public async Task The_origin_must_be_this_site_where_there_is_one(string origin, bool isLetIn)
    {
        var browser = await gateway.SignInAsAsync(Roles.Operator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scan/now");
        request.Headers.Add("X-CSRF-Token", browser.CsrfToken);
        request.Headers.Add("Origin", origin == "self" ? gateway.Address.GetLeftPart(UriPartial.Authority) : origin);

        using var answer = await browser.Http.SendAsync(request);

        if (isLetIn)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "foreign-origin");
        }
    }

    [Theory]
    [InlineData("cross-site", false)]
    [InlineData("same-site", false)]
    [InlineData("same-origin", true)]
    public async Task What_the_browser_says_of_a_request_counts_also_where_a_proxy_rewrote_the_host(string site, bool isLetIn)
    {
        var browser = await gateway.SignInAsAsync(Roles.Operator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scan/now");
        request.Headers.Add("X-CSRF-Token", browser.CsrfToken);
        request.Headers.Add("Origin", isLetIn ? "https://outside.example" : gateway.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", site);

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(isLetIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_public_address_is_this_site_also_where_a_proxy_rewrote_the_host()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var app = gateway.Start(null, new Dictionary<string, string?> { ["Fixity:PublicUrl"] = "https://fixity.example:8443/x/" });
        foreach (var (origin, status) in new[]
        {
            ("https://fixity.example:8443", HttpStatusCode.OK), ("https://fixity.example", HttpStatusCode.Forbidden),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
            {
                Content = JsonContent.Create(new { username = name, password = GatewayFixture.Password }),
            };
            request.Headers.Add("Origin", origin);
            using var answer = await gateway.NewNobody(app.ClientOptions.BaseAddress).SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Another_site_cannot_sign_a_browser_in()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = JsonContent.Create(new { username = name, password = GatewayFixture.Password }),
        };
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await gateway.NewNobody().SendAsync(request);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "foreign-origin");
    }

    [Fact]
    public async Task Encryption_that_a_proxy_ended_is_no_foreign_origin()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = JsonContent.Create(new { username = name, password = GatewayFixture.Password }),
        };
        request.Headers.Host = "fixity.example";
        request.Headers.Add("Origin", "https://fixity.example");

        using var answer = await gateway.NewNobody().SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
