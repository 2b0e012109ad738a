using System.Threading.Channels;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Scanning.Recording;
using Fixity.Storage;

namespace Fixity.Scanning;

/// <summary>Scans one segment of a target: walk and baseline side by side, files read on several threads, results handed
/// over in path order.</summary>
/// <remarks>
/// Three stages joined by bounded queues. A slow sink fills the queue of steps, which stops the merge, which stops the
/// walk and the cursor: memory does not grow with the number of files.
/// </remarks>
public sealed class SegmentScanner(
    IStorageBackend backend, IBaselineReader baseline, IScanSink sink, ISegmentControl control, SegmentLimits limits,
    TimeProvider clock)
{
    /// <summary>Runs the segment to its end, or until the control says stop.</summary>
    /// <exception cref="StorageIdentityChangedException">Another storage, or none, is at the root.</exception>
    /// <exception cref="StorageException">The storage as a whole failed; what was committed before stays true. With
    /// <see cref="StorageFault.Timeout"/>: too many reads hung.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the lease is lost: nothing is committed any more.</exception>
    public async Task<SegmentResult> RunAsync(SegmentPlan plan, CancellationToken cancellation)
    {
        var (identity, mtimeGranularity) = await ProbeAsync(plan, cancellation);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var workers = new HashWorkers(backend, control, limits, clock, mtimeGranularity, run.Token);
        var steps = Channel.CreateBounded<ScanStep>(
            new BoundedChannelOptions(limits.Window) { SingleReader = true, SingleWriter = true });
        var handover = new BatchHandover(backend, sink, workers.BytesRead, identity, limits, clock);
        var recorder = new StepRecorder(steps.Reader, workers, handover, limits, clock, control.Stopping);

        var merging = Task.Run(() => MergeAsync(plan, steps.Writer, workers, run.Token), CancellationToken.None);
        try
        {
            var outcome = await recorder.RunAsync(cancellation);
            return new SegmentResult(outcome, identity, handover.HadFaults, workers.StalledReads);
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
        SegmentPlan plan, ChannelWriter<ScanStep> steps, HashWorkers workers, CancellationToken stop)
    {
        try
        {
            await using (var walk = new WalkCursor(backend.ListAsync(plan.Range, stop), stop))
            await using (var rows = new BaselineCursor(baseline.ReadAsync(plan.Range, stop), stop))
            {
                await new SegmentMerge(plan, walk, rows, steps, workers.Jobs, control).RunAsync(stop);
            }

            steps.Complete();
        }
#pragma warning disable CA1031 // Not swallowed: the recorder reads it from the queue and throws it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            steps.TryComplete(failure);
        }
    }
}
