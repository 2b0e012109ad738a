using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Calls subscribers one after the other, in the order in which they subscribed.</summary>
internal sealed class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private readonly Lock _gate = new();
    private readonly List<(Type Event, IResource? Resource, DistributedApplicationEventSubscription Subscription)>
        _all = [];

    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent => Add(null, callback);

    public DistributedApplicationEventSubscription Subscribe<T>(
        IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent => Add(resource, callback);

    public void Unsubscribe(DistributedApplicationEventSubscription subscription)
    {
        lock (_gate)
        {
            _all.RemoveAll(entry => entry.Subscription == subscription);
        }
    }

    public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
    {
        var resource = (@event as IDistributedApplicationResourceEvent)?.Resource;
        List<DistributedApplicationEventSubscription> called;
        lock (_gate)
        {
            called = [.. _all
                .Where(entry => entry.Event == typeof(T) && (entry.Resource is null || entry.Resource == resource))
                .Select(entry => entry.Subscription)];
        }

        foreach (var subscription in called)
        {
            await subscription.Callback(@event, cancellationToken);
        }
    }

    private DistributedApplicationEventSubscription Add<T>(
        IResource? resource, Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent
    {
        var subscription = new DistributedApplicationEventSubscription(
            (@event, cancellation) => callback((T)@event, cancellation));
        lock (_gate)
        {
            _all.Add((typeof(T), resource, subscription));
        }

        return subscription;
    }
}
