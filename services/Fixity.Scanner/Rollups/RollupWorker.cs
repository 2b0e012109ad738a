using Microsoft.Extensions.Options;

namespace Fixity.Scanner.Rollups;

/// <summary>Brings the sums of the folders up to date, one target after the other, beside the scans.</summary>
internal sealed class RollupWorker(
    RollupStore store, RollupMetrics metrics, IOptions<ScannerOptions> options, TimeProvider clock,
    ILogger<RollupWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, clock);
        do
        {
            try
            {
                await RollUpAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.RollupsUnreachable(failure, options.Value.PollInterval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RollUpAsync(CancellationToken cancellation)
    {
        foreach (var targetId in await store.FindDueAsync(cancellation))
        {
            var since = clock.GetTimestamp();
            try
            {
                if (await store.TryRollUpAsync(targetId, cancellation) is { } counted)
                {
                    metrics.RolledUp(clock.GetElapsedTime(since));
                    logger.RolledUp(
                        targetId, counted.Folders, counted.Written, clock.GetElapsedTime(since).TotalSeconds);
                }
            }
#pragma warning disable CA1031 // One target whose sums cannot be written must not keep the others from theirs.
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.RollupFailed(failure, targetId);
            }
        }

        await store.ForgetPastAsync(cancellation);
    }
}
