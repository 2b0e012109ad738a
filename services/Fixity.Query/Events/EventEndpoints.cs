using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Fixity.Query.Events;

/// <summary>HTTP surface of live events: a stream of server-sent events that lasts as long as the client stays.</summary>
/// <remarks>
/// Who asks is looked at once, when a stream begins; a session that ends or a token that is revoked would be served for
/// as long as the connection holds. So each stream ends after <see cref="Life"/>: an EventSource comes back by itself
/// (the greeting says when), and is authenticated anew.
/// </remarks>
internal static class EventEndpoints
{
    private const string ContentType = "text/event-stream";

    /// <summary>How long one stream lasts.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // At start-up, and after a short outage, the database is heard again sooner than a client would come back.
    private static readonly TimeSpan PatienceForHearing = TimeSpan.FromSeconds(3);

    private static readonly ReadOnlyMemory<byte> Hello = Encoding.UTF8.GetBytes("retry: 2000\nevent: hello\ndata: {}\n\n");
    private static readonly ReadOnlyMemory<byte> KeepAlive = Encoding.UTF8.GetBytes(": keep-alive\n\n");

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/events", StreamAsync)
            .WithTags("Events")
            .WithName("streamEvents")
            .WithSummary("Scan progress, new changes and target states as server-sent events: hello, scan, change, target")
            .Produces<string>(StatusCodes.Status200OK, ContentType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task StreamAsync(
        HttpContext context, EventHub hub, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var life = new CancellationTokenSource(Life, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping, life.Token);
        try
        {
            await hub.Hearing.WaitAsync(PatienceForHearing, clock, end.Token);
            using var subscription = hub.Subscribe();
            await WriteAsync(context.Response, subscription, clock, end.Token);
        }
        catch (TimeoutException)
        {
            await EventProblems.Deaf().ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, the service stops, or the stream is old: it just ends.
        }
    }

    private static async Task WriteAsync(
        HttpResponse response, EventSubscription subscription, TimeProvider clock, CancellationToken cancellation)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-store";
        // For proxies that buffer unless told otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await SendAsync(response, Hello, cancellation);

        var more = subscription.WaitAsync(cancellation).AsTask();
        while (true)
        {
            if (!await CompletesWithinHeartbeatAsync(more, clock, cancellation))
            {
                await SendAsync(response, KeepAlive, cancellation);
                continue;
            }

            foreach (var next in subscription.Take())
            {
                await response.Body.WriteAsync(next.Frame, cancellation);
            }

            await response.Body.FlushAsync(cancellation);
            if (!await more)
            {
                return;
            }

            more = subscription.WaitAsync(cancellation).AsTask();
        }
    }

    // The same wait goes on after a heartbeat: a new one each time would leave the old ones behind.
    private static async Task<bool> CompletesWithinHeartbeatAsync(
        Task<bool> more, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            await more.WaitAsync(Heartbeat, clock, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task SendAsync(
        HttpResponse response, ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(frame, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
