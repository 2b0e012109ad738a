using System.Text.Json;
using Fixity.Query.Scans;
using Fixity.Query.Targets;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Query.Events;

/// <summary>Reads what was notified and publishes it, at most twice a second: one read for all clients and all scans.</summary>
internal sealed class PublishWorker(
    PendingProgress pending, EventHub hub, ScanQueries scans, TargetQueries targets, TimeProvider clock,
    IOptions<JsonOptions> json, ILogger<PublishWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // The first notification is published at once, those that follow wait for the interval to end.
                var progress = await pending.TakeAsync(stoppingToken);
                var pause = await PublishAsync(progress, stoppingToken) ? Interval : RetryInterval;
                await Task.Delay(pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private async Task<bool> PublishAsync(Progress progress, CancellationToken cancellation)
    {
        if (!hub.HasClients)
        {
            // Whoever comes next reads the present state first.
            return true;
        }

        try
        {
            hub.Publish(await ReadAsync(progress, json.Value.SerializerOptions, cancellation));
            return true;
        }
        catch (NpgsqlException e)
        {
            pending.Return(progress);
            logger.ProgressUnread(e, RetryInterval);
            return false;
        }
    }

    private async Task<List<LiveEvent>> ReadAsync(
        Progress progress, JsonSerializerOptions options, CancellationToken cancellation)
    {
        var events = new List<LiveEvent>();
        foreach (var scan in await scans.ManyAsync([.. progress.ScanIds], cancellation))
        {
            events.Add(new LiveEvent("scan", scan.Id, scan, options));
        }

        foreach (var ((targetId, scanId), count) in progress.Changes)
        {
            // A person's acts have no scan: they are told apart by target, below the ids of scans.
            events.Add(new LiveEvent(
                "change", scanId ?? -targetId, new ChangeEventView(targetId, scanId, count), options));
        }

        if (progress.TargetIds.Count > 0)
        {
            foreach (var (targetId, state) in await targets.StatesAsync([.. progress.TargetIds], cancellation))
            {
                events.Add(new LiveEvent("target", targetId, new TargetEventView(targetId, state), options));
            }
        }

        return events;
    }
}
