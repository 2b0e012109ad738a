using Microsoft.Extensions.Options;

namespace Fixity.Scanner.Scans;

/// <summary>Takes segments from the queue and works on as many at once as this process may.</summary>
internal sealed class ScanWorker(
    ScanQueue queue, SegmentSplits splits, SegmentRunner runner, QueueSignal signal, IOptions<ScannerOptions> options,
    ILogger<ScanWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = signal.Subscribe();
        using var slots = new SemaphoreSlim(options.Value.Concurrency);
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                running.RemoveWhere(task => task.IsCompleted);
                if (await TryClaimAsync(stoppingToken) is { } claim)
                {
                    running.Add(RunAsync(claim, slots, stoppingToken));
                }
                else
                {
                    slots.Release();
                    await AskForWorkAsync(running.Count == 0, stoppingToken);
                    await wait(options.Value.PollInterval, stoppingToken);
                }
            }
        }
        finally
        {
            // Each commits what is finished and gives its lease back.
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(SegmentClaim claim, SemaphoreSlim slots, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Run(() => runner.RunAsync(claim, stoppingToken), CancellationToken.None);
        }
#pragma warning disable CA1031 // The one place where a segment's failure may end: it must not take the others with it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            // Not even its end could be recorded; the lease runs out and another goes on from the checkpoint.
            logger.ScanBroken(failure, claim.ScanId, claim.Ordinal);
        }
        finally
        {
            slots.Release();
        }
    }

    // Only a process that does nothing at all: one segment keeps all its workers busy.
    private async Task AskForWorkAsync(bool isIdle, CancellationToken cancellation)
    {
        try
        {
            if (isIdle)
            {
                await splits.AskAsync(options.Value.SplitWorth, options.Value.SplitInterval, cancellation);
            }
        }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.QueueUnreachable(failure, options.Value.PollInterval);
        }
    }

    private async Task<SegmentClaim?> TryClaimAsync(CancellationToken cancellation)
    {
        try
        {
            return await queue.TryClaimAsync(options.Value.Lease, cancellation);
        }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.QueueUnreachable(failure, options.Value.PollInterval);
            return null;
        }
    }
}
