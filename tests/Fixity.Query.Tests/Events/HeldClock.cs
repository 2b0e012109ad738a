using System.Collections.Concurrent;

namespace Fixity.Query.Tests.Events;

/// <summary>The real time, but for timers of one length: those go off when the test says so.</summary>
internal sealed class HeldClock(TimeSpan held) : TimeProvider
{
    private readonly ConcurrentQueue<Action> _held = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != held)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        _held.Enqueue(() => callback(state));
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
    }

    public void Elapse()
    {
        Assert.NotEmpty(_held);
        while (_held.TryDequeue(out var callback))
        {
            callback();
        }
    }
}
