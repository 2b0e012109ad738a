using System.Net;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Fixity.Gateway.Tests.Spa;

[Trait("Category", "Database")]
public sealed class SpaTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-spa-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/")]
    [InlineData("/targets/17")]
    [InlineData("/setup")]
    [InlineData("/apiary")]
    public async Task Every_page_address_gets_the_index_page_and_no_cache_keeps_it(string path)
    {
        using var answer = await GetPageAsync(StartWithSpa(), path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("<html>the pages</html>", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Built_assets_may_be_kept_for_ever()
    {
        using var answer = await GetPageAsync(StartWithSpa(), "/assets/main-Bx12.js");

        Assert.Equal("let it = 1", await answer.Content.ReadAsStringAsync());
        Assert.Equal(["public,max-age=31536000,immutable"], answer.Headers.GetValues("Cache-Control").Select(
            v => v.Replace(" ", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/assets/gone-1234.js")]
    [InlineData("/nothing.css")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/metrics")]
    public async Task What_is_no_page_gets_none(string path)
    {
        using var answer = await GetPageAsync(StartWithSpa(), path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Without_built_pages_the_page_says_how_to_get_them()
    {
        var app = gateway.Start(null, new Dictionary<string, string?> { ["Gateway:SpaPath"] = _folder.FullName });

        using var answer = await GetPageAsync(app, "/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Install Node.js 20", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var session = await gateway.NewNobody(app.ClientOptions.BaseAddress).GetAsync("/api/v1/auth/session");
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
    }

    [Fact]
    public async Task Security_headers_are_on_everything()
    {
        gateway.Upstream.Handlers["/api/v1/stats/overview"] = context =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src *";
            return Task.CompletedTask;
        };
        var signedIn = await gateway.SignInAsAsync(Roles.Viewer);
        foreach (var path in new[]
        {
            "/", "/fixity.svg", "/healthz", "/api/v1/targets", "/api/v1/stats/overview", "/api/v1/nothing", "/api/v1/users",
        })
        {
            using var answer = await signedIn.Http.GetAsync(path);

            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
            Assert.Contains("camera=()", Assert.Single(answer.Headers.GetValues("Permissions-Policy")), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
            Assert.False(answer.Headers.Contains("Server"));
            if (path.StartsWith("/api", StringComparison.Ordinal))
            {
                Assert.Contains("no-store", answer.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Alive_and_ready_are_the_gateways_own()
    {
        using var alive = await gateway.NewNobody().GetAsync("/healthz");
        using var ready = await gateway.NewNobody().GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal("ready", (await ready.JsonAsync()).GetProperty("status").GetString());
    }

    private WebApplicationFactory<Program> StartWithSpa()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "index.html"), "<html>the pages</html>");
        _folder.CreateSubdirectory("assets");
        File.WriteAllText(Path.Combine(_folder.FullName, "assets", "main-Bx12.js"), "let it = 1");
        return gateway.Start(null, new Dictionary<string, string?> { ["Gateway:SpaPath"] = _folder.FullName });
    }

    private async Task<HttpResponseMessage> GetPageAsync(WebApplicationFactory<Program> app, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        return await gateway.NewNobody(app.ClientOptions.BaseAddress).SendAsync(request);
    }
}
