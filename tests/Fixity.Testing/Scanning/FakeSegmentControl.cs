using Fixity.Scanning;

namespace Fixity.Testing.Scanning;

/// <summary>A segment's owner that pauses and stops when a test says so.</summary>
public sealed class FakeSegmentControl : ISegmentControl, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private volatile TaskCompletionSource? _paused;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>What an idle scanner would take over; set by a test.</summary>
    public SplitRequest? PendingSplit { get; set; }

    public ValueTask WaitWhilePausedAsync(CancellationToken cancellation) =>
        _paused is { } paused ? new ValueTask(paused.Task.WaitAsync(cancellation)) : ValueTask.CompletedTask;

    public void Stop() => _stopping.Cancel();

    public void Pause() => _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        _paused?.SetResult();
        _paused = null;
    }

    public void Dispose() => _stopping.Dispose();
}
