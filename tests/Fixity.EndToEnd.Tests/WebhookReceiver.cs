using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fixity.EndToEnd.Tests;

/// <summary>Somebody's webhook: keeps what it got, and checks the signature as a receiver should.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Event, string Body, string Timestamp, string Signature)> Received { get; } = new();

    public Uri Address => new(_app.Urls.First() + "/hook");

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.MapPost("/hook", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for a message that tells of such an event, by itself or in a digest, and gives what it says of it.</summary>
    public async Task<JsonNode> WaitForAsync(string eventType, string secret)
    {
        for (var i = 0; i < 240; i++)
        {
            foreach (var got in Received)
            {
                var expected = HMACSHA256.HashData(
                    Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{got.Timestamp}.{got.Body}"));
                Assert.Equal($"sha256={Convert.ToHexStringLower(expected)}", got.Signature);
                var events = JsonNode.Parse(got.Body)!["data"]!["events"]!.AsArray();
                if (events.FirstOrDefault(told => (string?)told!["type"] == eventType) is { } found)
                {
                    return found;
                }
            }

            await Task.Delay(250);
        }

        Assert.Fail($"No {eventType} arrived, but: {string.Join(", ", Received.Select(r => r.Body))}");
        return null!;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Received.Enqueue((
            request.Headers["X-Fixity-Event"].ToString(), body,
            request.Headers["X-Fixity-Timestamp"].ToString(), request.Headers["X-Signature"].ToString()));
        return Results.Ok();
    }
}
