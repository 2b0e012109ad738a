using System.Threading.Channels;

namespace Fixity.Query.Events;

/// <summary>What one client has still to be told. A slow client misses progress in between, never the last state.</summary>
internal sealed class EventSubscription(Action<EventSubscription> end) : IDisposable
{
    // More subjects than a client can sensibly follow: it is cut off, comes back and fetches everything anew.
    private const int MaxSubjects = 1_000;

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<(string, long), LiveEvent> _unsent = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Post(IReadOnlyList<LiveEvent> events)
    {
        lock (_lock)
        {
            foreach (var next in events)
            {
                _unsent[next.Subject] = _unsent.TryGetValue(next.Subject, out var earlier) ? next.After(earlier) : next;
            }

            if (_unsent.Count > MaxSubjects)
            {
                Complete();
            }
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>No more events: what is unsent is still taken, then the stream ends.</summary>
    public void Complete() => _signal.Writer.TryComplete();

    /// <returns>False when the stream has ended.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _signal.Reader.WaitToReadAsync(cancellation);

    public IReadOnlyList<LiveEvent> Take()
    {
        // The signal first: an event that is posted in between signals anew.
        _signal.Reader.TryRead(out _);
        lock (_lock)
        {
            LiveEvent[] taken = [.. _unsent.Values];
            _unsent.Clear();
            return taken;
        }
    }

    public void Dispose() => end(this);
}
