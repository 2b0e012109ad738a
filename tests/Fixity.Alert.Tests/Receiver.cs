using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fixity.Alert.Tests;

/// <summary>Somebody else's HTTP server, real, on a free port of this machine: keeps what it got and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<HttpContext, Task> _answer;
    private readonly bool _keeps;

    private Receiver(int port, Func<HttpContext, Task> answer, X509Certificate2? certificate, bool keeps)
    {
        (_answer, _keeps) = (answer, keeps);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, endpoint =>
        {
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate);
            }
        }));
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    /// <summary>What the answer being made answers.</summary>
    public static ReceivedRequest RequestOf(HttpContext context) => (ReceivedRequest)context.Items[typeof(ReceivedRequest)]!;

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    public int Port { get; private set; }

    public string Url => $"http://127.0.0.1:{Port}/hook";

    public static Task<Receiver> StartAsync(int status = 200) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <param name="port">0: a free one. Another: one that an earlier receiver of this test has left.</param>
    /// <param name="certificate">Null: no TLS.</param>
    /// <param name="keeps">Whether it keeps what it got.</param>
    public static async Task<Receiver> StartAsync(
        Func<HttpContext, Task> answer, int port = 0, X509Certificate2? certificate = null, bool keeps = true)
    {
        var receiver = new Receiver(port, answer, certificate, keeps);
        await receiver._app.StartAsync();
        var address = receiver._app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Single();
        receiver.Port = new Uri(address).Port;
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new ReceivedRequest(
            context.Request.Path,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        context.Items[typeof(ReceivedRequest)] = request;
        if (_keeps)
        {
            Requests.Enqueue(request);
        }

        await _answer(context);
    }
}

internal sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public Guid DeliveryId => Guid.Parse(Headers["X-Fixity-Delivery"]);
}
