using System.Net;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Edge;

[Trait("Category", "Database")]
public sealed class RateLimitTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Limits = "Gateway:RateLimits:";

    [Fact]
    public async Task An_address_has_its_share_and_a_probe_needs_none()
    {
        var nobody = gateway.NewNobody(Start(("Address:Requests", "5")));
        for (var i = 0; i < 5; i++)
        {
            using var good = await nobody.GetAsync("/api/v1/auth/session");
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        using var refused = await nobody.GetAsync("/api/v1/auth/session");
        using var page = await nobody.GetAsync("/");
        using var alive = await nobody.GetAsync("/healthz");
        using var ready = await nobody.GetAsync("/readyz");

        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        // The clock stands still, so the next is due when a fifth of the minute is over.
        Assert.Equal(TimeSpan.FromSeconds(12), refused.Headers.RetryAfter?.Delta);
        Assert.True(refused.Headers.Contains("Content-Security-Policy"));
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (alive.StatusCode, ready.StatusCode));
    }

    [Fact]
    public async Task Signing_in_has_a_share_of_its_own()
    {
        var address = Start(("SignIn:Requests", "3"));
        for (var i = 0; i < 3; i++)
        {
            using var bad = await gateway.NewBrowser(address).LogInAsync($"somebody{i}", "not the password");
            Assert.Equal(HttpStatusCode.Unauthorized, bad.StatusCode);
        }

        using var refused = await gateway.NewBrowser(address).LogInAsync("somebody", "not the password");
        using var session = await gateway.NewNobody(address).GetAsync("/api/v1/auth/session");

        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
    }

    [Fact]
    public async Task A_caller_has_its_share_wherever_it_asks_from_and_another_has_its_own()
    {
        var address = Start(("Caller:Requests", "4"));
        var (one, other) = (await SignInAsync(address), await SignInAsync(address));
        for (var i = 0; i < 4; i++)
        {
            using var good = await one.Http.GetAsync("/api/v1/targets");
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        using var refused = await one.Http.GetAsync("/api/v1/targets");
        using var free = await other.Http.GetAsync("/api/v1/targets");

        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
    }

    [Theory]
    [InlineData("Trigger", "POST", "/api/v1/targets/7/scans")]
    [InlineData("Trigger", "POST", "/api/v1/scan/now")]
    [InlineData("Trigger", "POST", "/api/v1/webhooks/7/test")]
    [InlineData("Export", "GET", "/api/v1/audit/export")]
    [InlineData("Export", "GET", "/api/v1/audit/verify")]
    public async Task What_costs_more_has_a_smaller_share(string limit, string method, string path)
    {
        var browser = await SignInAsync(Start(($"{limit}:Requests", "2")));
        for (var i = 0; i < 2; i++)
        {
            using var good = await browser.SendAsync(HttpMethod.Parse(method), path);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        using var refused = await browser.SendAsync(HttpMethod.Parse(method), path);
        using var cheap = await browser.Http.GetAsync("/api/v1/targets");

        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.Contains($"'{limit.ToLowerInvariant()}'", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, cheap.StatusCode);
    }

    [Fact]
    public async Task A_caller_has_so_many_streams_and_one_more_when_one_is_closed()
    {
        gateway.Upstream.Handlers["/api/v1/events"] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: hello\ndata: {}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var browser = await SignInAsync(Start(("ConcurrentStreams", "2")));
        var first = await OpenAsync(browser);
        using var second = await OpenAsync(browser);

        using var refused = await browser.Http.GetAsync("/api/v1/events");
        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-at-once");
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);

        first.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            // The gateway learns a little later that the client has gone.
            using var third = await OpenAsync(browser);
            if (third.StatusCode == HttpStatusCode.OK)
            {
                break;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    [Fact]
    public void As_it_is_delivered_everything_is_limited_and_nothing_that_a_page_or_prometheus_does_comes_near()
    {
        var limits = new GatewayOptions().RateLimits;

        Assert.True(limits.Enabled);
        // Measured: a page that follows a scan asks 5 times a second at most; a scrape is not counted at all.
        Assert.All(
            new[] { limits.Address, limits.Caller },
            limit => Assert.InRange(limit.Requests / limit.Seconds, 5 * 10, 1_000));
        Assert.InRange(limits.SignIn.Requests * 60 / limits.SignIn.Seconds, 20, 120);
    }

    private Uri Start(params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => Limits + s.Name, s => (string?)s.Value);
        all[Limits + "Enabled"] = "true";
        return gateway.Start(gateway.Upstream.Address, all, gateway.Clock).ClientOptions.BaseAddress;
    }

    private async Task<Browser> SignInAsync(Uri address)
    {
        var name = await gateway.AddUserAsync(Roles.Admin);
        var browser = gateway.NewBrowser(address);
        using var answer = await browser.LogInAsync(name);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return browser;
    }

    private static Task<HttpResponseMessage> OpenAsync(Browser browser) =>
        browser.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
}
