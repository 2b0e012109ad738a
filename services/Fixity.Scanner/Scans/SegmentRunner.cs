using System.Diagnostics;
using Fixity.Core;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Storages;
using Fixity.Scanning;
using Fixity.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Works on one claimed segment and records how it ended, whatever that is.</summary>
internal sealed class SegmentRunner(
    NpgsqlDataSource database, ScanQueue queue, SegmentSplits splits, ScanCloser closer, TargetIdentity identities,
    TargetAccessStore accesses, StorageOpener storages, StorageReaders readers, DatabaseRetry retry, ScanMetrics metrics,
    IOptions<ScannerOptions> options, TimeProvider clock, ILoggerFactory loggers)
{
    private const int FirstScanBatchSize = 5_000;

    // Enough for a restart of the database; after that the lease runs out and another scanner goes on.
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(20);

    private readonly ILogger _logger = loggers.CreateLogger<SegmentRunner>();

    public async Task RunAsync(SegmentClaim claim, CancellationToken shutdown)
    {
        using var activity = metrics.StartSegment(claim);
        _logger.SegmentClaimed(
            claim.ScanId, claim.Target.Name, claim.Target.Root, claim.Ordinal, claim.Attempt,
            claim.Range.After?.ToString() ?? "");

        string outcome;
        await using (var lease = new SegmentLease(claim, queue, options.Value, clock, _logger, shutdown))
        {
            outcome = await WorkAsync(lease);
        }

        var elapsed = clock.GetElapsedTime(claim.ClaimedAt);
        activity?.SetTag("fixity.segment.outcome", outcome);
        activity?.SetStatus(outcome is "failed" or "lost" ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        metrics.SegmentEnded(elapsed, outcome);
        _logger.SegmentEnded(claim.ScanId, claim.Ordinal, outcome, elapsed.TotalSeconds);
    }

    private async Task<string> WorkAsync(SegmentLease lease)
    {
        var claim = lease.Claim;
        try
        {
            var result = await ScanAsync(lease);
            return result.Outcome == SegmentOutcome.Completed
                ? await EndAsync(claim, ScanStatus.Completed)
                : await StopAsync(lease);
        }
        catch (Exception failure) when (failure is LeaseLostException || lease.Lost.IsCancellationRequested)
        {
            _logger.LeaseLost(claim.ScanId, claim.Ordinal);
            return "lost";
        }
        catch (Exception failure) when (DatabaseRetry.IsOutage(failure))
        {
            _logger.DatabaseAway(failure, claim.ScanId, claim.Ordinal);
            return await ReleaseAsync(claim, ScanStatus.Queued, "released");
        }
        catch (Exception failure) when (
            failure is StorageIdentityChangedException or StorageException or TargetOptionsException)
        {
            return await FailAsync(claim, ScanFailure.Of(failure));
        }
#pragma warning disable CA1031 // A failure that nobody expected fails this scan, not the process; it is logged whole.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _logger.ScanBroken(failure, claim.ScanId, claim.Ordinal);
            return await FailAsync(claim, ScanFailure.Of(failure));
        }
    }

    private async Task<SegmentResult> ScanAsync(SegmentLease lease)
    {
        var targetOptions = TargetOptionsJson.Read(lease.Claim.Target.OptionsJson);
        var access = await retry.RunAsync(
            cancellation => accesses.ReadAsync(lease.Claim, targetOptions, cancellation),
            () => lease.MayBeOurs, lease.Lost);
        try
        {
            await using var backend = storages.Open(access.Settings);
            return await ScanAsync(lease, targetOptions, backend);
        }
        catch (Exception failure) when (TargetAccess.IsRefused(failure))
        {
            await AtEndAsync(
                cancellation => accesses.RememberRefusalAsync(lease.Claim.Target.Id, access, cancellation));
            throw;
        }
    }

    private async Task<SegmentResult> ScanAsync(SegmentLease lease, TargetOptions targetOptions, IStorageBackend backend)
    {
        var claim = lease.Claim;
        var filter = TargetOptionsJson.Filter(targetOptions);
        var identity = await identities.ConfirmAsync(backend, claim, lease.Lost);
        var verification = await retry.RunAsync(
            cancellation => VerificationPlan.ReadOrMakeAsync(database, claim, cancellation),
            () => lease.MayBeOurs, lease.Lost);

        var mounts = await retry.RunAsync(
            cancellation => CrossedMounts.ReadAsync(database, claim, cancellation), () => lease.MayBeOurs, lease.Lost);

        var baseline = new BaselineReader(database, claim, verification, retry, () => lease.MayBeOurs);
        var sink = new BatchWriter(database, lease, retry, metrics, options.Value, clock);
        var limits = new SegmentLimits
        {
            // A first scan writes a row for every file: fewer, larger transactions.
            BatchSize = claim.IsBaseline
                ? Math.Max(claim.Target.BatchSize, FirstScanBatchSize)
                : claim.Target.BatchSize,
            Workers = claim.Target.Workers ?? readers.DefaultFor(claim.Target),
        };
        await using var splitter = new SegmentSplitter(
            lease, backend, filter, sink, splits, limits, retry, options.Value, clock, _logger);
        var throttle = new SegmentThrottle(lease, targetOptions, clock);
        if (claim.Target.Workers is not null || !readers.IsForOne(claim.Target))
        {
            lease.Heard += splitter.Hear;
        }

        var scanner = new SegmentScanner(
            backend, baseline, splitter, splitter, limits, clock, throttle.Throttle, metrics.FileHashed);
        return await scanner.RunAsync(
            new SegmentPlan(claim.Range, identity, claim.Target.Algorithm, claim.VerifyAll, targetOptions, mounts), lease.Lost);
    }

    private Task<string> StopAsync(SegmentLease lease) => lease.Wish switch
    {
        SegmentWish.Pause => ReleaseAsync(lease.Claim, ScanStatus.Paused, "paused"),
        SegmentWish.Cancel => EndAsync(lease.Claim, ScanStatus.Cancelled),
        _ => ReleaseAsync(lease.Claim, ScanStatus.Queued, "released"),
    };

    // What follows is written on fresh connections and with a token of its own: the work's may be cancelled.
    private async Task<string> EndAsync(SegmentClaim claim, ScanStatus status)
    {
        if (status == ScanStatus.Cancelled)
        {
            await AtEndAsync(cancellation => queue.ReleaseAsync(claim, status, cancellation));
        }

        await AtEndAsync(cancellation => closer.TryCloseAsync(claim.ScanId, cancellation));
        return status.Name();
    }

    private async Task<string> ReleaseAsync(SegmentClaim claim, ScanStatus status, string outcome) =>
        await AtEndAsync(cancellation => queue.ReleaseAsync(claim, status, cancellation)) ? outcome : "lost";

    private async Task<string> FailAsync(SegmentClaim claim, ScanFailure failure)
    {
        _logger.ScanFailed(claim.ScanId, failure.Reason, failure.Message);
        return await AtEndAsync(cancellation => closer.FailAsync(claim, failure, cancellation)) ? "failed" : "lost";
    }

    private async Task<bool> AtEndAsync(Func<CancellationToken, Task<bool>> write)
    {
        var since = clock.GetTimestamp();
        // Patience decides whether to try again, never whether to break off: many candidates take long to close.
        return await retry.RunAsync(
            write, () => clock.GetElapsedTime(since) < PatienceAtEnd, CancellationToken.None);
    }
}
