using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fixity.Gateway.Tests;

/// <summary>A real web server in place of the services: records what reaches it, answers 200, or as a test says.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Answers instead, where it is set and takes the path.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Handlers { get; } = new();

    public static async Task<Upstream> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var upstream = new Upstream(app);
        app.Run(upstream.AnswerAsync);
        await app.StartAsync();
        return upstream;
    }

    /// <summary>What arrived for this path, and only once.</summary>
    public Received Single(string path) => Assert.Single(Requests, r => r.Path == path);

    public async ValueTask DisposeAsync()
    {
        // At once: a test's event stream never ends by itself.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        Requests.Enqueue(new Received(
            context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value!, headers));
        if (Handlers.TryGetValue(context.Request.Path.Value!, out var handler))
        {
            await handler(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(new { upstream = true });
    }
}

internal sealed record Received(string Method, string Path, string Query, IReadOnlyDictionary<string, string?[]> Headers);
