using Fixity.Query.Changes;

namespace Fixity.Query.Events;

/// <summary>Hands each event to every client that listens now, and knows how far in the feed they have been told.</summary>
/// <remarks>
/// While the database cannot be heard no stream is open: a client must not take silence for peace. It reconnects, and
/// is told what it missed, or to read everything anew.
/// </remarks>
internal sealed class EventHub(EventMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly HashSet<EventSubscription> _subscriptions = [];
    private TaskCompletionSource _hearing = NewSource();
    private TaskCompletionSource _moved = NewSource();
    private EventJournal _journal = new(ChangePosition.Start);
    private ChangePosition _position;

    public bool HasClients
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count > 0;
            }
        }
    }

    /// <summary>Everything of the feed up to here was told.</summary>
    public ChangePosition Position
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }
    }

    /// <summary>Completes once the database is being listened to.</summary>
    public Task Hearing
    {
        get
        {
            lock (_lock)
            {
                return _hearing.Task;
            }
        }
    }

    /// <param name="from">Nothing that was committed before it will be told.</param>
    public void BeginHearing(ChangePosition from)
    {
        lock (_lock)
        {
            _position = from;
            _journal = new EventJournal(from);
            _hearing.TrySetResult();
        }
    }

    /// <summary>Ends every stream.</summary>
    public void EndHearing()
    {
        lock (_lock)
        {
            if (_hearing.Task.IsCompleted)
            {
                _hearing = NewSource();
            }

            foreach (var subscription in _subscriptions)
            {
                subscription.Complete();
            }
        }
    }

    /// <summary>Completes once all up to this place was told.</summary>
    public async Task ReachedAsync(ChangePosition position, CancellationToken cancellation)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_position.CompareTo(position) >= 0)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellation);
        }
    }

    /// <summary>A stream of all that comes after <see cref="EventSubscription.Since"/>.</summary>
    public EventSubscription Subscribe()
    {
        lock (_lock)
        {
            var subscription = new EventSubscription(_position, Remove);
            _subscriptions.Add(subscription);
            metrics.ClientsChanged(1);
            if (!_hearing.Task.IsCompleted)
            {
                // It ended while this one came in.
                subscription.Complete();
            }

            return subscription;
        }
    }

    /// <summary>What was spoken of since; null: that is longer ago than is remembered.</summary>
    public Progress? SpokenOfSince(ChangePosition position)
    {
        lock (_lock)
        {
            return _journal.Since(position);
        }
    }

    /// <param name="from">The place after which the events begin. Where it is not ours any more they are not told: the
    /// database was lost and heard again meanwhile, and nobody is left who waits for them.</param>
    public void Publish(IReadOnlyList<LiveEvent> events, Progress spoken, ChangePosition from, ChangePosition to)
    {
        lock (_lock)
        {
            if (from != _position)
            {
                return;
            }

            _position = to;
            _journal.Record(spoken, to);
            foreach (var subscription in _subscriptions)
            {
                subscription.Post(events, to);
            }

            _moved.SetResult();
            _moved = NewSource();
        }
    }

    private void Remove(EventSubscription subscription)
    {
        lock (_lock)
        {
            if (_subscriptions.Remove(subscription))
            {
                metrics.ClientsChanged(-1);
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
