using System.Threading.Channels;

namespace Fixity.Scheduler.Schedules;

/// <summary>Wakes the reconciler of this replica when a target changed here; the others see the result in the store.</summary>
internal sealed class ScheduleSignal
{
    // One waiting signal is enough: a reconciliation looks at all targets.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Changed() => _changes.Writer.TryWrite(true);

    /// <summary>Returns at the next change, or when <paramref name="patience"/> is over.</summary>
    public async Task WaitAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            await _changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return; // Patience is over.
        }
    }
}
