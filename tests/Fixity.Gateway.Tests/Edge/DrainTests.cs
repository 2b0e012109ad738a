using System.Net;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Edge;

/// <summary>The gateway in a process of its own that is told to stop by the signal that an orchestrator sends.</summary>
[Trait("Category", "Database")]
public sealed class DrainTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_runs_ends_well_what_comes_is_sent_away_and_streams_end()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Upstream.Handlers["/api/v1/changes"] = async context =>
        {
            began.SetResult();
            await mayEnd.Task;
            await context.Response.WriteAsync("""{"items":[]}""");
        };
        gateway.Upstream.Handlers["/api/v1/events"] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: hello\ndata: {}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var process = await StartAsync();
        var browser = gateway.NewBrowser(process.Address);
        using var login = await browser.LogInAsync(await gateway.AddUserAsync(Roles.Viewer));
        var running = browser.Http.GetAsync("/api/v1/changes");
        await began.Task.WaitAsync(Patience);
        using var events = await browser.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        var stream = DrainAsync(events);

        await process.TerminateAsync();

        await stream.WaitAsync(Patience);
        // The client's own connections may be closed under it: each asks on one of its own.
        using var ready = await gateway.NewNobody(process.Address).GetAsync("/readyz");
        using var alive = await gateway.NewNobody(process.Address).GetAsync("/healthz");
        using var late = await gateway.NewNobody(process.Address).GetAsync("/api/v1/auth/session");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("stopping", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        await late.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(late.Headers.RetryAfter?.Delta);
        Assert.True(late.Headers.ConnectionClose);
        Assert.False(process.HasExited);

        mayEnd.SetResult();
        using var answer = await running.WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"items":[]}""", await answer.Content.ReadAsStringAsync());
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task What_does_not_end_is_cut_after_a_while()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Upstream.Handlers["/api/v1/scans"] = async context =>
        {
            began.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var process = await StartAsync(("Gateway__DrainAtMost", "00:00:01"));
        var browser = gateway.NewBrowser(process.Address);
        using var login = await browser.LogInAsync(await gateway.AddUserAsync(Roles.Viewer));
        var running = browser.Http.GetAsync("/api/v1/scans");
        await began.Task.WaitAsync(Patience);

        await process.TerminateAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => running.WaitAsync(Patience));
        await process.WaitForExitAsync();
    }

    private Task<GatewayProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => s.Name, s => s.Value);
        all["services__query__http__0"] = gateway.Upstream.Address.ToString();
        all["Gateway__PasswordIterations"] = "10000";
        return GatewayProcess.StartAsync(gateway.Database.ConnectionString, all);
    }

    // Cut or ended: either way the browser comes back.
    private static async Task DrainAsync(HttpResponseMessage answer)
    {
        try
        {
            await answer.Content.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return;
        }
    }
}
