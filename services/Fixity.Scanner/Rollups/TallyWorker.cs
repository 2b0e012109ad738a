namespace Fixity.Scanner.Rollups;

/// <summary>Counts new change events now and then: whoever reads the counts adds what is new by himself.</summary>
internal sealed class TallyWorker(TallyStore store, TimeProvider clock, ILogger<TallyWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                while (await store.CountAsync(TallyStore.BatchSize, stoppingToken) == TallyStore.BatchSize)
                {
                    logger.TallyGoesOn(TallyStore.BatchSize);
                }

                await store.ForgetPastAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.RollupsUnreachable(failure, Interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
