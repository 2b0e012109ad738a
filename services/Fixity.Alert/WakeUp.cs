using System.Threading.Channels;

namespace Fixity.Alert;

/// <summary>Ends a worker's wait for its next poll: many rings before it looks are one.</summary>
internal sealed class WakeUp(TimeProvider clock)
{
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Ring() => _rings.Writer.TryWrite(true);

    /// <summary>Returns at a ring, also one from before the call, or after <paramref name="patience"/>.</summary>
    public async Task WaitAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await _rings.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nobody rang: the poll is due.
        }
    }
}
