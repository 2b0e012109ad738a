using System.Collections.Concurrent;

namespace Fixity.Query.Events;

/// <summary>Hands each event to every client that listens now.</summary>
/// <remarks>
/// While the database cannot be heard no stream is open: a client must not take silence for peace. It reconnects, and
/// reads anew what it missed.
/// </remarks>
internal sealed class EventHub(EventMetrics metrics)
{
    private readonly ConcurrentDictionary<EventSubscription, bool> _subscriptions = new();
    private volatile TaskCompletionSource _hearing = NewHearing();

    public bool HasClients => !_subscriptions.IsEmpty;

    /// <summary>Completes once the database is being listened to.</summary>
    public Task Hearing => _hearing.Task;

    public void BeginHearing() => _hearing.TrySetResult();

    /// <summary>Ends every stream.</summary>
    public void EndHearing()
    {
        if (_hearing.Task.IsCompleted)
        {
            _hearing = NewHearing();
        }

        foreach (var subscription in _subscriptions.Keys)
        {
            subscription.Complete();
        }
    }

    public EventSubscription Subscribe()
    {
        var subscription = new EventSubscription(Remove);
        _subscriptions.TryAdd(subscription, true);
        metrics.ClientsChanged(1);
        if (!_hearing.Task.IsCompleted)
        {
            // It ended while this one came in, and may not have been seen.
            subscription.Complete();
        }

        return subscription;
    }

    public void Publish(IReadOnlyList<LiveEvent> events)
    {
        foreach (var subscription in _subscriptions.Keys)
        {
            subscription.Post(events);
        }
    }

    private void Remove(EventSubscription subscription)
    {
        if (_subscriptions.TryRemove(subscription, out _))
        {
            metrics.ClientsChanged(-1);
        }
    }

    private static TaskCompletionSource NewHearing() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
