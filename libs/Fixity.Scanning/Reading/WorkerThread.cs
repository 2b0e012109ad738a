using System.Collections.Concurrent;

namespace Fixity.Scanning.Reading;

/// <summary>A thread on which one asynchronous worker lives, continuations included.</summary>
/// <remarks>
/// Reads of a local file block, and hashing keeps a core busy: on the pool's threads they would starve what must stay
/// punctual, the renewing of leases above all. A thread that hangs in a read can be left behind.
/// </remarks>
internal sealed class WorkerThread : SynchronizationContext
{
    // Never disposed: a read that was given up may post to it hours later.
#pragma warning disable CA2213 // See above; it holds nothing that the collector does not free.
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
#pragma warning restore CA2213

    private WorkerThread()
    {
    }

    /// <summary>Starts the thread and runs <paramref name="worker"/> to its end on it.</summary>
    public static Task Run(Func<Task> worker, string name)
    {
        var context = new WorkerThread();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => context.Pump(worker, ended)) { IsBackground = true, Name = name }.Start();
        return ended.Task;
    }

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing waits for a worker's thread.");

    private void Pump(Func<Task> worker, TaskCompletionSource ended)
    {
        SetSynchronizationContext(this);
        var running = RunAsync(worker, ended);
        while (!running.IsCompleted)
        {
            var (callback, state) = _queue.Take();
            callback(state);
        }
    }

    private static async Task RunAsync(Func<Task> worker, TaskCompletionSource ended)
    {
        try
        {
            await worker();
            ended.SetResult();
        }
#pragma warning disable CA1031 // Not swallowed: it is the outcome of the task that Run returned.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ended.SetException(failure);
        }
    }
}
