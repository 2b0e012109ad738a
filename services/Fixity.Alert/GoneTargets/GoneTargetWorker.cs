using Npgsql;

namespace Fixity.Alert.GoneTargets;

/// <summary>Keeps nothing of targets that are deleted. In every replica: what one has removed the next does not find.</summary>
internal sealed class GoneTargetWorker(
    GoneTargetStore store, TimeProvider clock, ILogger<GoneTargetWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (await store.ForgetAsync(stoppingToken) is > 0 and var rows)
                {
                    logger.TargetsForgotten(rows);
                }
            }
            catch (NpgsqlException e)
            {
                logger.TargetsUnreachable(e, Interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
