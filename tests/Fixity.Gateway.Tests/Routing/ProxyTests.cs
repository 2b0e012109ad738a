using System.Net;
using System.Net.Sockets;
using System.Text;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Routing;

[Trait("Category", "Database")]
public sealed class ProxyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(ServiceApplication<Program>.GatewayKey);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_forged_identity_is_replaced_however_it_is_written()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer, "vera");
        var forged = new CallerIdentity("mallory", Roles.Admin).Sign(Key, gateway.Clock.GetUtcNow());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/targets/101?q=a%2Fb&x=%C3%A4");
        request.Headers.TryAddWithoutValidation("x-fixity-identity", [forged, forged]);
        request.Headers.TryAddWithoutValidation("X-FIXITY-IDENTITY", forged);

        using var answer = await browser.Http.SendAsync(request);

        answer.EnsureSuccessStatusCode();
        var received = gateway.Upstream.Single("/api/v1/targets/101");
        var identity = Assert.Single(received.Headers[CallerIdentity.Header])!;
        Assert.Equal(
            new CallerIdentity("vera", Roles.Viewer), CallerIdentity.Verify(identity, Key, gateway.Clock.GetUtcNow()));
        Assert.Equal("?q=a%2Fb&x=%C3%A4", received.Query);
    }

    [Fact]
    public async Task Cookies_and_tokens_stay_at_the_gateway()
    {
        var browser = await gateway.SignInAsAsync(Roles.Admin);
        using var withCookie = await browser.SendAsync(HttpMethod.Post, "/api/v1/targets/102/scans", new { });
        withCookie.EnsureSuccessStatusCode();
        using var created = await browser.SendAsync(HttpMethod.Post, "/api/v1/tokens", new { name = "script", role = "viewer" });
        var token = (await created.JsonAsync()).GetProperty("token").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/targets/102");
        request.Headers.Authorization = new("Bearer", token);
        using var withToken = await gateway.NewNobody().SendAsync(request);
        withToken.EnsureSuccessStatusCode();

        foreach (var path in new[] { "/api/v1/targets/102/scans", "/api/v1/targets/102" })
        {
            var headers = gateway.Upstream.Single(path).Headers;
            Assert.DoesNotContain("Cookie", headers.Keys);
            Assert.DoesNotContain("Authorization", headers.Keys);
            Assert.DoesNotContain("X-CSRF-Token", headers.Keys);
        }

        var identity = gateway.Upstream.Single("/api/v1/targets/102").Headers[CallerIdentity.Header].Single()!;
        Assert.Equal("token:script", CallerIdentity.Verify(identity, Key, gateway.Clock.GetUtcNow())?.Name);
    }

    [Fact]
    public async Task Events_arrive_one_by_one_while_the_stream_goes_on()
    {
        var next = new SemaphoreSlim(0);
        gateway.Upstream.Handlers["/api/v1/events"] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; ; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(context.RequestAborted);
            }
        };
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        using var patience = new CancellationTokenSource(Patience);

        using var answer = await browser.Http.GetAsync(
            "/api/v1/events", HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        for (var i = 0; i < 3; i++)
        {
            // The upstream says the next only after this one is here: anything that buffers would stop both for ever.
            Assert.Equal($"data: {i}", await lines.ReadLineAsync(patience.Token));
            Assert.Equal("", await lines.ReadLineAsync(patience.Token));
            next.Release();
        }
    }

    [Fact]
    public async Task A_stream_whose_service_dies_is_cut_and_not_ended()
    {
        gateway.Upstream.Handlers["/api/v1/changes"] = async context =>
        {
            await context.Response.WriteAsync("{\"items\":[");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        await Assert.ThrowsAnyAsync<Exception>(() => browser.Http.GetStringAsync("/api/v1/changes"));
    }

    [Fact]
    public async Task A_service_that_is_down_is_named_and_the_caller_told_when_to_come_back()
    {
        await gateway.AddUserAsync(Roles.Viewer, "dora");
        // A port on which nobody listens: taken and given back.
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var nobody = new Uri($"http://{socket.LocalEndpoint}");
        socket.Stop();

        foreach (var services in new[] { nobody, null })
        {
            var other = gateway.Start(services);
            var browser = gateway.NewBrowser(other.ClientOptions.BaseAddress);
            using var login = await browser.LogInAsync("dora");
            using var answer = await browser.Http.GetAsync("/api/v1/targets");

            await answer.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.Contains("'query'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        }
    }

    [Fact]
    public async Task A_service_with_another_key_does_not_sign_anybody_out()
    {
        gateway.Upstream.Handlers["/api/v1/settings"] = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return context.Response.WriteAsync("go away");
        };
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        using var answer = await browser.Http.GetAsync("/api/v1/settings");

        await answer.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Contains("GatewayKey", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_of_a_service_pass_through_as_they_are()
    {
        gateway.Upstream.Handlers["/api/v1/targets/103"] = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync("""{"type":"urn:fixity:problem:target-not-found","title":"x","status":404}""");
        };
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        using var answer = await browser.Http.GetAsync("/api/v1/targets/103");

        await answer.AssertProblemAsync(HttpStatusCode.NotFound, "target-not-found");
    }
}
