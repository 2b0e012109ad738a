using Npgsql;

namespace Fixity.Query.Events;

/// <summary>Reads what was notified and publishes it, at most twice a second: one read for all clients and all scans.</summary>
/// <remarks>
/// Changes are not counted from notifications but read from the feed, so that each is told once, at a place that a client
/// can name when it comes back. What is notified may be unreadable for a moment, as long as an older transaction is open;
/// nobody tells the end of that one, so it is looked for, soon at first and then ever more seldom.
/// </remarks>
internal sealed class PublishWorker(
    PendingProgress pending, EventHub hub, EventReader reader, TimeProvider clock, ILogger<PublishWorker> logger)
    : BackgroundService
{
    /// <summary>Events that one look passes: a scan may commit more in half a second than is worth counting at once.</summary>
    internal const int EventsALook = 20_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLookout = TimeSpan.FromSeconds(10);

    // Transactions below it may hold what was notified; zero: all that was notified was read.
    private ulong _expected;
    private TimeSpan _lookout = Interval;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // The first notification is published at once, those that follow wait for the interval to end.
                var progress = await pending.TakeAsync(_expected > 0 ? _lookout : null, stoppingToken);
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
        try
        {
            var from = hub.Position;
            var changes = await reader.TallyAsync(from, EventsALook, cancellation);
            // Also when nobody listens: a client that comes back meanwhile must not fall between two rounds.
            var states = await reader.ReadAsync(progress, cancellation);
            hub.Publish([.. changes.Events, .. states], progress, from, changes.Next);
            LookOut(progress.HasChanges, changes);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            pending.Return(progress);
            logger.ProgressUnread(e, RetryInterval);
            return false;
        }
    }

    private void LookOut(bool isNotified, ChangeTally changes)
    {
        if (!changes.IsAtEnd)
        {
            pending.AskForChanges();
            return;
        }

        if (isNotified)
        {
            _expected = changes.Soonest;
            _lookout = Interval;
        }
        else
        {
            _lookout = _lookout * 2 < LongestLookout ? _lookout * 2 : LongestLookout;
        }

        if (changes.Horizon >= _expected)
        {
            _expected = 0;
        }
    }
}
