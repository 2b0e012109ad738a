using Fixity.Scheduler.Schedules;
using Npgsql;

namespace Fixity.Scheduler.Verification;

/// <summary>Looks at every target's verification guarantee each quarter of an hour and after each scan.</summary>
internal sealed class GuaranteeWorker(GuaranteeStore store, TimeProvider clock, ILogger<GuaranteeWorker> logger)
    : BackgroundService
{
    // A scan that ended is noticed within a look; a promise is counted in days.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan OlderThan = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EvaluateAsync(null, OlderThan, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                logger.RoundFailed(e, Interval);
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    /// <param name="targetId">Null: all that are due.</param>
    public async Task EvaluateAsync(int? targetId, TimeSpan olderThan, CancellationToken cancellation)
    {
        foreach (var target in await store.ReadTargetsAsync(targetId, olderThan, cancellation))
        {
            await EvaluateAsync(target, cancellation);
        }
    }

    private async Task EvaluateAsync(GuaranteedTarget target, CancellationToken cancellation)
    {
        var gap = target is { Enabled: true, Schedule: { } schedule }
            ? RunGap.Longest(
                target.Now, after => CronSchedule.NextRun(schedule, target.TimeZone, after), target.Jitter, target.LongestRun)
            : null;
        var (oldest, overdue) = await store.ReadOverdueAsync(target, cancellation);
        var guarantee = Guarantee.Of(new GuaranteeInputs(
            target.Enabled, gap, TimeSpan.FromDays(target.VerifyWithinDays), target.BytesPresent,
            target.BestBytesPerSecond, OpenShare: 1, overdue,
            IsSettled: target.UpdatedAt + (gap ?? TimeSpan.FromDays(1)) <= target.Now));
        if (await store.SaveAsync(target, gap, oldest, overdue, guarantee, cancellation) is { } news)
        {
            logger.GuaranteeChanged(target.Id, target.Name, news.State, overdue, target.VerifyWithinDays);
        }
    }
}
