namespace Fixity.Query.Changes;

/// <summary>Tells everyone who waits for changes that a scanner has committed some.</summary>
internal sealed class ChangeArrivals
{
    private TaskCompletionSource _next = NewNext();

    /// <summary>Completes at the next announcement: take it before you look, or you may miss one.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Announce() => Interlocked.Exchange(ref _next, NewNext()).SetResult();

    private static TaskCompletionSource NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
