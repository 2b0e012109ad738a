using System.ComponentModel;
using Fixity.Query.Changes;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

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

    // Until this process has told what another replica told the client already; more is a database that lost something.
    private static readonly TimeSpan PatienceForOthers = TimeSpan.FromSeconds(5);

    private static readonly ReadOnlyMemory<byte> KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/events", StreamAsync)
            .WithTags("Events")
            .WithName("streamEvents")
            .WithSummary("Scan progress, new changes, target and webhook states as server-sent events")
            .WithDescription(
                "Of one scan at most two a second. An event's id is a place in the feed of changes: everything up to it was " +
                "told. A client that comes back with it (Last-Event-ID, as an EventSource does by itself) is told what it " +
                "missed; where that is too much or too long ago it gets one event reset, and reads anew what it shows. The " +
                "same id is a cursor of GET /changes?order=commit. A stream ends after five minutes, so that who asks is " +
                "looked at again.")
            .Produces<string>(StatusCodes.Status200OK, ContentType)
            .AddOpenApiOperationTransformer(EventDescription.DescribeAsync)
            .WithProblems(EventProblems.Deaf());

    private static async Task StreamAsync(
        HttpContext context,
        EventHub hub,
        EventReplay replay,
        TimeProvider clock,
        IHostApplicationLifetime lifetime,
        [Description("The id of the last event that was read; for clients that cannot set the header.")] string? lastEventId,
        [Description("The same, as an EventSource sends it.")]
        [FromHeader(Name = "Last-Event-ID")] string? lastEventIdHeader)
    {
        using var life = new CancellationTokenSource(Life, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping, life.Token);
        try
        {
            await hub.Hearing.WaitAsync(PatienceForHearing, clock, end.Token);
            var known = string.IsNullOrEmpty(lastEventIdHeader) ? lastEventId : lastEventIdHeader;
            using var stream = await OpenAsync(hub, replay, known, clock, end.Token);
            await WriteAsync(context.Response, stream, clock, end.Token);
        }
        catch (Exception e) when (
            e is TimeoutException or NpgsqlException && !context.Response.HasStarted && !end.IsCancellationRequested)
        {
            await EventProblems.Deaf().ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, the service stops, or the stream is old: it just ends.
        }
    }

    /// <summary>A stream that begins with what its client missed.</summary>
    private static async Task<OpenStream> OpenAsync(
        EventHub hub, EventReplay replay, string? known, TimeProvider clock, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(known))
        {
            return new OpenStream(hub.Subscribe(), []);
        }

        if (EventReplay.PositionIn(known) is not { } position
            || !await CatchesUpAsync(replay, position, clock, cancellation))
        {
            return new OpenStream(hub.Subscribe(), null);
        }

        var subscription = hub.Subscribe();
        try
        {
            return new OpenStream(subscription, await replay.MissedAsync(position, subscription, cancellation));
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    private static async Task<bool> CatchesUpAsync(
        EventReplay replay, ChangePosition position, TimeProvider clock, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(PatienceForOthers, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await replay.CatchUpAsync(position, end.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task WriteAsync(
        HttpResponse response, OpenStream stream, TimeProvider clock, CancellationToken cancellation)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-store";
        // For proxies that buffer unless told otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await GreetAsync(response, stream, cancellation);

        var subscription = stream.Subscription;
        var more = subscription.WaitAsync(cancellation).AsTask();
        while (true)
        {
            if (!await CompletesWithinHeartbeatAsync(more, clock, cancellation))
            {
                await response.Body.WriteAsync(KeepAlive, cancellation);
                await response.Body.FlushAsync(cancellation);
                continue;
            }

            var (events, position) = subscription.Take();
            await SendAsync(response, events, position, cancellation);
            if (!await more)
            {
                return;
            }

            more = subscription.WaitAsync(cancellation).AsTask();
        }
    }

    // The place that a client is given is one up to which it was told everything: with the last of what it missed.
    private static async Task GreetAsync(HttpResponse response, OpenStream stream, CancellationToken cancellation)
    {
        var since = Cursor.Encode(stream.Subscription.Since);
        var place = stream.Missed is [] ? $"id: {since}\n" : "";
        var reset = stream.Missed is null ? $"id: {since}\nevent: reset\ndata: {{}}\n\n" : "";
        await response.WriteAsync($"retry: 2000\n{place}event: hello\ndata: {{}}\n\n{reset}", cancellation);
        await SendAsync(response, stream.Missed ?? [], stream.Subscription.Since, cancellation);
    }

    /// <summary>All events, the last one with the place up to which everything is told then.</summary>
    private static async Task SendAsync(
        HttpResponse response, IReadOnlyList<LiveEvent> events, ChangePosition position, CancellationToken cancellation)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (i == events.Count - 1)
            {
                await response.WriteAsync($"id: {Cursor.Encode(position)}\n", cancellation);
            }

            await response.Body.WriteAsync(events[i].Frame, cancellation);
        }

        await response.Body.FlushAsync(cancellation);
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

    /// <param name="Missed">What the client is told before everything else; null: that it has to read everything anew.</param>
    private sealed record OpenStream(EventSubscription Subscription, IReadOnlyList<LiveEvent>? Missed) : IDisposable
    {
        public void Dispose() => Subscription.Dispose();
    }
}
