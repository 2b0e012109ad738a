using Fixity.Data;
using Fixity.Scheduler.Targets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>Takes part in the clustered schedule as long as this process runs, and keeps the triggers in step with the targets.</summary>
internal sealed class ScheduleWorker(
    ISchedulerFactory quartz, ScheduleReconciler reconciler, BlackoutKeeper blackouts, WatchedFolder watched,
    HealthCheckService health, ScheduleSignal signal, ScheduleState state, TimeProvider clock, ILogger<ScheduleWorker> logger) : BackgroundService
{
    // A blackout pauses and lets go so late at worst.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private IScheduler? _scheduler;

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        state.Stopped();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var wait = await RoundAsync(stoppingToken) ? Interval : RetryInterval;
                await signal.WaitAsync(wait, clock, stoppingToken);
            }
        }
        finally
        {
            // Here and not in StopAsync: the host waits for this worker before it lets go of what the schedule needs.
            if (_scheduler is not null)
            {
                // Waits for jobs that are putting a scan in the queue; what they cannot finish another replica recovers.
                await _scheduler.Shutdown(true, CancellationToken.None);
            }
        }
    }

    /// <returns>False when the round should be repeated soon.</returns>
    private async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        var ready = await health.CheckHealthAsync(
            static check => check.Tags.Contains(DatabaseRegistration.ReadyTag), cancellation);
        if (ready.Status != HealthStatus.Healthy)
        {
            state.Failed(string.Join(" ", ready.Entries.Values.Select(entry => entry.Description)));
            return false;
        }

        try
        {
            var scheduler = await StartedAsync(cancellation);
            var unsettled = await reconciler.ReconcileAsync(scheduler, cancellation);
            await blackouts.KeepAsync(cancellation);
            state.Reconciled();
            if (unsettled.Count > 0)
            {
                state.Failed($"The schedule of these targets could not be brought up to date: {string.Join(", ", unsettled)}.");
            }
        }
        catch (Exception e) when (e is NpgsqlException or SchedulerException or TimeoutException)
        {
            state.Failed("The schedules could not be brought up to date: " + e.Message);
            logger.RoundFailed(e, RetryInterval);
            return false;
        }

        // Last, and on its own: the schedules of all other targets do not wait for one folder.
        return await EnsureWatchedAsync(cancellation);
    }

    private async Task<bool> EnsureWatchedAsync(CancellationToken cancellation)
    {
        try
        {
            await watched.EnsureAsync(cancellation);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // InvalidOperationException: its scans start and end too fast to queue one. The next round tries again.
            state.Failed("The watched folder could not be made a target: " + e.Message);
            logger.WatchFailed(e);
            return false;
        }
    }

    private async Task<IScheduler> StartedAsync(CancellationToken cancellation)
    {
        _scheduler ??= await quartz.GetScheduler(cancellation);
        if (_scheduler.Status != SchedulerStatus.Running)
        {
            await _scheduler.Start(cancellation);
            logger.Started(await _scheduler.GetSchedulerInstanceId(cancellation));
        }

        return _scheduler;
    }
}
