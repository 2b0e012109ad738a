using System.Threading.Channels;
using Fixity.Query.Changes;

namespace Fixity.Query.Events;

/// <summary>What one client has still to be told. A slow client misses progress in between, never the last state.</summary>
/// <param name="since">The place of the feed at which it came in: it is told what follows.</param>
internal sealed class EventSubscription(ChangePosition since, Action<EventSubscription> end) : IDisposable
{
    /// <summary>More subjects than a client can sensibly follow: it is cut off, comes back and fetches everything anew.</summary>
    public const int MaxSubjects = 1_000;

    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    // Made when there is something to hold: most clients have nothing unsaid.
    private OrderedDictionary<(string, long), LiveEvent>? _unsent;
    private ChangePosition _position = since;

    public ChangePosition Since { get; } = since;

    /// <param name="position">With these all up to here is told.</param>
    public void Post(IReadOnlyList<LiveEvent> events, ChangePosition position)
    {
        lock (_lock)
        {
            _position = position;
            if (events.Count == 0)
            {
                return;
            }

            _unsent ??= [];
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

    /// <summary>What is unsaid, and the place of the feed up to which it was told with that.</summary>
    public (IReadOnlyList<LiveEvent> Events, ChangePosition Position) Take()
    {
        // The signal first: an event that is posted in between signals anew.
        _signal.Reader.TryRead(out _);
        lock (_lock)
        {
            LiveEvent[] taken = _unsent is null ? [] : [.. _unsent.Values];
            _unsent = null;
            return (taken, _position);
        }
    }

    public void Dispose() => end(this);
}
