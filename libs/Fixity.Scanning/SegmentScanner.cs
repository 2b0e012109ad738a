using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Scanning.Recording;
using Fixity.Storage;

namespace Fixity.Scanning;

/// <summary>Scans one segment of a target: walk and baseline side by side, files read on several threads, results handed
/// over in path order.</summary>
/// <remarks>
/// Three stages hand each other blocks of steps: the merge fills them in walk order, workers settle the files in them in
/// any order, the recorder takes them in walk order. The queue of blocks is bounded: a slow sink fills it, which stops the
/// merge, which stops the walk and the cursor, and memory does not grow with the number of files.
/// </remarks>
/// <param name="throttle">How fast the storage may be read; null: as fast as it can.</param>
/// <param name="hashed">Told of each file that was read to its end, and how long that took; by any thread.</param>
public sealed class SegmentScanner(
    IStorageBackend backend, IBaselineReader baseline, IScanSink sink, ISegmentControl control, SegmentLimits limits,
    TimeProvider clock, StorageThrottle? throttle = null, Action<ChecksumAlgorithm, TimeSpan>? hashed = null)
{
    /// <summary>Runs the segment to its end, or until the control says stop.</summary>
    /// <exception cref="StorageIdentityChangedException">Another storage, or none, is at the root.</exception>
    /// <exception cref="StorageException">The storage as a whole failed; what was committed before stays true. With
    /// <see cref="StorageFault.Timeout"/>: too many reads hung.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the lease is lost: nothing is committed any more.</exception>
    public async Task<SegmentResult> RunAsync(SegmentPlan plan, CancellationToken cancellation)
    {
        var probe = await ProbeAsync(plan, cancellation);
        var rules = new SegmentRules(plan, backend.Capabilities);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var setup = new ReaderSetup(backend, control, throttle, rules, limits, clock, probe, hashed);
        await using var workers = new HashWorkers(setup, run.Token);
        var blocks = Channel.CreateBounded<StepBlock>(
            new BoundedChannelOptions(Math.Max(1, limits.Window / StepBlock.Capacity))
            {
                SingleReader = true,
                SingleWriter = true,
            });
        var pool = new StepBlockPool();
        var handover = new BatchHandover(
            backend, sink, baseline, rules, workers.BytesRead, probe.Identity, limits, clock);
        var recorder = new StepRecorder(
            blocks.Reader, pool, workers, handover, limits, plan.Range.After, clock, control.Stopping);

        var merging = Task.Run(
            () => MergeAsync(plan, rules, blocks.Writer, pool, workers, run.Token), CancellationToken.None);
        try
        {
            var outcome = await recorder.RunAsync(cancellation);
            if (workers.StalledReads >= HashWorkers.MaxStalledReads)
            {
                // The last files of all hung together, and were recorded before it was said that they are too many.
                await workers.Failed.WaitAsync(cancellation);
            }

            return new SegmentResult(outcome, probe.Identity, handover.HadFaults, workers.StalledReads);
        }
        finally
        {
            await run.CancelAsync();
            await merging;
        }
    }

    private async Task<StorageProbe> ProbeAsync(SegmentPlan plan, CancellationToken cancellation)
    {
        try
        {
            var probe = await backend.ProbeAsync(cancellation).WaitAsync(limits.ReadTimeout, clock, cancellation);
            return plan.ExpectedIdentity is { } expected && !string.Equals(expected, probe.Identity, StringComparison.Ordinal)
                ? throw new StorageIdentityChangedException(expected, probe.Identity)
                : probe;
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException)
        {
            throw new StorageIdentityChangedException(plan.ExpectedIdentity, actual: null, failure);
        }
    }

    // Ends by completing the queue, with its failure if it has one: never by throwing past the recorder.
    private async Task MergeAsync(
        SegmentPlan plan, SegmentRules rules, ChannelWriter<StepBlock> blocks, StepBlockPool pool, HashWorkers workers,
        CancellationToken stop)
    {
        try
        {
            await using (var walk = new WalkCursor(backend.ListAsync(plan.Range, stop, FolderFilter.Of(rules.Filter)), stop))
            await using (var rows = new BaselineCursor(baseline.ReadAsync(plan.Range, stop), stop))
            {
                var steps = new StepWriter(blocks, workers.Jobs, pool);
                var mounts = new MountCheck(plan, rules.Filter.Read(), baseline, steps);
                await new SegmentMerge(rules, walk, rows, mounts, steps, control).RunAsync(stop);
            }

            blocks.Complete();
        }
#pragma warning disable CA1031 // Not swallowed: the recorder reads it from the queue and throws it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            blocks.TryComplete(failure);
        }
    }
}
