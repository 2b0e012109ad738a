using System.Net;
using System.Net.Http.Json;
using Fixity.Gateway.Edge;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Edge;

[Trait("Category", "Database")]
public sealed class CompressionTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("GET", "/", true)]
    [InlineData("GET", "/assets/main-Bx12.js", true)]
    [InlineData("GET", "/openapi/v1.json", true)]
    [InlineData("GET", "/api/v1/files", true)]
    [InlineData("GET", "/api/v1/changes", true)]
    [InlineData("GET", "/api/v1/scans/7/errors", true)]
    [InlineData("GET", "/api/v1/auth/session", false)]
    [InlineData("POST", "/api/v1/auth/login", false)]
    [InlineData("GET", "/api/v1/tokens", false)]
    [InlineData("GET", "/api/v1/users", false)]
    [InlineData("GET", "/api/v1/audit", false)]
    [InlineData("GET", "/api/v1/webhooks", false)]
    [InlineData("GET", "/api/v1/settings", false)]
    [InlineData("GET", "/api/v1/events", false)]
    [InlineData("POST", "/api/v1/changes/acknowledge", false)]
    [InlineData("GET", "/api", false)]
    public void What_has_a_secret_in_it_stays_as_it_is(string method, string path, bool compressed)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;

        Assert.Equal(compressed, Compression.MayBeCompressed(context.Request));
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_long_list_is_sent_in_less(string encoding)
    {
        gateway.Upstream.Handlers["/api/v1/files"] = context => context.Response.WriteAsJsonAsync(
            Enumerable.Range(0, 200).Select(i => new { id = i, path = "photos/2026/holidays/image.raw" }));
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/files");
        request.Headers.Add("Accept-Encoding", encoding);

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.True((await answer.Content.ReadAsByteArrayAsync()).Length < 2_000);
    }

    [Fact]
    public async Task A_token_is_not()
    {
        var browser = await gateway.SignInAsAsync(Roles.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens")
        {
            Content = JsonContent.Create(new { name = new string('x', 100), role = "viewer" }),
        };
        request.Headers.Add("X-CSRF-Token", browser.CsrfToken);
        request.Headers.Add("Accept-Encoding", "br, gzip");

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }
}
