using Npgsql;

namespace Fixity.Scheduler.Figures;

/// <summary>Reads the figures each half minute, and what means going through a target's files each ten minutes.</summary>
/// <remarks>
/// Every replica says the same figures: a sum over them would count twice, which is why the rules and dashboards of
/// <c>deploy/observability</c> take the greatest. Leaving one replica out of the scrape loses nothing.
/// </remarks>
internal sealed class FigureWorker(
    FigureQueries queries, FigureMetrics metrics, TimeProvider clock, ILogger<FigureWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FilesInterval = TimeSpan.FromMinutes(10);

    private readonly Dictionary<int, FileFigures> _files = [];
    private DateTimeOffset _filesReadAt = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // What is not known is not said: a figure that stands still would look like peace.
                metrics.Clear();
                logger.FiguresUnreadable(e, Interval);
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    public async Task ReadAsync(CancellationToken cancellation)
    {
        var queue = await queries.ReadQueueAsync(cancellation);
        var targets = await queries.ReadTargetsAsync(cancellation);
        if (clock.GetUtcNow() - _filesReadAt >= FilesInterval)
        {
            _files.Clear();
            foreach (var target in targets)
            {
                _files[target.TargetId] = await queries.ReadFilesAsync(target.TargetId, cancellation);
            }

            _filesReadAt = clock.GetUtcNow();
        }

        metrics.Set(queue, targets, new Dictionary<int, FileFigures>(_files));
    }
}
