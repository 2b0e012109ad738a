using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Query.Changes;
using Npgsql;

namespace Fixity.Query.Events;

/// <summary>The one connection of this process that listens to the scanners.</summary>
internal sealed class ListenWorker(
    NpgsqlDataSource database, PendingProgress pending, EventHub hub, ChangeArrivals arrivals, TimeProvider clock,
    ILogger<ListenWorker> logger)
    : BackgroundService
{
    private const string Channel = "fixity_progress";

    // Says no more than that events were committed.
    private const string EventChannel = "fixity_events";

    // The id of a scan that was queued, or of which something else is wanted now.
    private const string QueueChannel = "fixity_scan_queued";

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // A connection that a firewall forgot is silent, not closed: after so long a silence it is asked something.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    // Not strict: a newer scanner may say more than this version reads.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => retry = FirstRetry, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                hub.EndHearing();
                logger.Deaf(e, retry);
                await Task.Delay(retry, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    private async Task ListenAsync(Action heard, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        connection.Notification += (_, notification) => Receive(notification);
        await using (var listen = new NpgsqlCommand(
            "listen fixity_progress; listen fixity_events; listen fixity_scan_queued", connection))
        {
            await listen.ExecuteNonQueryAsync(stop);
        }

        hub.BeginHearing(await HorizonAsync(connection, stop));
        // What was committed while nobody listened, and is beyond that place, was not notified to us.
        pending.AskForChanges();
        heard();
        logger.Listening();
        while (true)
        {
            if (!await connection.WaitAsync(Silence, stop))
            {
                await HorizonAsync(connection, stop);
            }
        }
    }

    private void Receive(NpgsqlNotificationEventArgs notification)
    {
        if (notification.Channel == EventChannel)
        {
            arrivals.Announce();
            return;
        }

        if (notification.Channel == QueueChannel)
        {
            if (long.TryParse(notification.Payload, CultureInfo.InvariantCulture, out var scanId))
            {
                pending.Add(new ProgressNotice(ProgressKind.Scan, ScanId: scanId));
            }

            return;
        }

        try
        {
            pending.Add(JsonSerializer.Deserialize<ProgressNotice>(notification.Payload, Json)
                ?? throw new JsonException("The payload is null."));
        }
        catch (JsonException e)
        {
            logger.NoticeUnreadable(e, Channel, notification.Payload);
        }
    }

    /// <summary>The place of the feed up to which every transaction has ended.</summary>
    private static async Task<ChangePosition> HorizonAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_snapshot_xmin(pg_current_snapshot())", connection);
        return new ChangePosition((ulong)(await command.ExecuteScalarAsync(cancellation))!, 0);
    }
}
