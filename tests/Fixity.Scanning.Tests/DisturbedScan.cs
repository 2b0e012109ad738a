using Fixity.Core;

namespace Fixity.Scanning.Tests;

/// <summary>One scan of a target that processes come and go under: killed, stopped, cut off from the database, shared.</summary>
internal sealed class DisturbedScan(SegmentRun run, Disturbance[] disturbances)
{
    private readonly Queue<Disturbance> _disturbances = new(disturbances);
    private readonly Queue<PathRange> _segments = new([PathRange.Everything]);

    public async Task RunAsync()
    {
        while (_segments.TryDequeue(out var segment))
        {
            run.Range = segment;
            run.Baseline.NewScan();
            while (!run.Baseline.IsFinished)
            {
                await RunProcessAsync();
            }
        }

        (run.Baseline.Committing, run.Baseline.Committed, run.Storage.Reading) = (null, null, null);
    }

    private async Task RunProcessAsync()
    {
        using var process = new FakeRestart(run);
        using var cancel = new CancellationTokenSource();
        Disturb(process, cancel);
        try
        {
            await process.GoOnAsync(cancel.Token);
        }
        catch (Exception lost) when (lost is DatabaseLostException or OperationCanceledException)
        {
            // As a killed process or a lost database would leave it: the next one goes on from the checkpoint.
        }
    }

    private void Disturb(FakeRestart process, CancellationTokenSource cancel)
    {
        _disturbances.TryDequeue(out var disturbance);
        var (kind, left) = (disturbance?.Kind, disturbance?.After ?? 0);
        var split = kind == DisturbanceKind.Split ? new SplitRequest(Tree.Paths[left]) : null;
        process.Control.PendingSplit = split;
        run.Baseline.Committing = async _ =>
        {
            if (kind == DisturbanceKind.RefusedCommit && --left == 0)
            {
                throw new DatabaseLostException();
            }

            if (split is { IsAnswered: true } && await split.Answer)
            {
                // The new end and the new segment are recorded with, or before, the batch.
                _segments.Enqueue(run.Range with { From = split.At });
                run.Range = run.Range with { To = split.At };
                split = null;
            }
        };
        run.Baseline.Committed = batch =>
        {
            // What another took over is left to it, even if scanning it twice would come to the same.
            Assert.False(batch.Checkpoint >= run.Range.To, $"{batch.Checkpoint} lies behind the end {run.Range.To}");
            if (kind == DisturbanceKind.LostAnswer && --left == 0)
            {
                throw new DatabaseLostException();
            }
        };
        run.Storage.Reading = async (_, _, _) =>
        {
            if (kind == DisturbanceKind.Stop && Interlocked.Decrement(ref left) == 0)
            {
                process.Control.Stop();
            }
            else if (kind == DisturbanceKind.Cancel && Interlocked.Decrement(ref left) == 0)
            {
                await cancel.CancelAsync();
            }
        };
    }

    private sealed class DatabaseLostException : Exception;
}
