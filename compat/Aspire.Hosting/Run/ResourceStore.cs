using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.Run;

/// <summary>The latest snapshot of every resource, and the news of each change to whoever watches.</summary>
internal sealed class ResourceStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceSnapshot> _current = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly HashSet<Watcher> _watchers = [];

    /// <summary>All resources in the order in which they were first published.</summary>
    public IReadOnlyList<ResourceSnapshot> Current
    {
        get
        {
            lock (_gate)
            {
                return Snapshot();
            }
        }
    }

    public ResourceSnapshot? Find(string name)
    {
        lock (_gate)
        {
            return _current.GetValueOrDefault(name);
        }
    }

    public void Publish(ResourceSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_current.TryAdd(snapshot.Name, snapshot))
            {
                _order.Add(snapshot.Name);
            }
            else
            {
                _current[snapshot.Name] = snapshot;
            }

            Tell(snapshot.Name);
        }
    }

    /// <summary>Changes what stands under the name, without a gap for another writer.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was published under that name.</exception>
    public ResourceSnapshot Update(string name, Func<ResourceSnapshot, ResourceSnapshot> change)
    {
        lock (_gate)
        {
            var next = change(_current[name]);
            _current[name] = next;
            Tell(name);
            return next;
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
        {
            if (_current.Remove(name, out var removed))
            {
                _order.Remove(name);
                Tell(name, removed.Type);
            }
        }
    }

    /// <summary>First one batch with everything there is (even if that is nothing), then batches of changes.</summary>
    /// <remarks>
    /// A watcher that reads slowly gets the latest state of each changed resource, not every state between: what it
    /// misses was overtaken, so its queue never grows beyond one entry a resource.
    /// </remarks>
    public async IAsyncEnumerable<ResourceBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var watcher = new Watcher();
        ResourceBatch initial;
        lock (_gate)
        {
            initial = new ResourceBatch(IsInitial: true, Snapshot(), []);
            _watchers.Add(watcher);
        }

        try
        {
            yield return initial;

            while (await watcher.Signal.Reader.WaitToReadAsync(cancellation))
            {
                yield return Take(watcher);
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    private ResourceBatch Take(Watcher watcher)
    {
        lock (_gate)
        {
            // The signal is taken with the changes, under the lock of those who set it: none is lost between the two.
            watcher.Signal.Reader.TryRead(out _);
            List<ResourceSnapshot> upserts = [];
            List<RemovedResource> removals = [];
            foreach (var (name, removedType) in watcher.Changed)
            {
                if (_current.TryGetValue(name, out var snapshot))
                {
                    upserts.Add(snapshot);
                }
                else if (removedType is not null)
                {
                    removals.Add(new RemovedResource(name, removedType));
                }
            }

            watcher.Changed.Clear();
            return new ResourceBatch(IsInitial: false, upserts, removals);
        }
    }

    private void Tell(string name, string? removedType = null)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Changed[name] = removedType;
            watcher.Signal.Writer.TryWrite(true);
        }
    }

    private List<ResourceSnapshot> Snapshot() => [.. _order.Select(name => _current[name])];

    private sealed class Watcher
    {
        public Dictionary<string, string?> Changed { get; } = new(StringComparer.Ordinal);

        public Channel<bool> Signal { get; } = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}

/// <summary>What a watcher of <see cref="ResourceStore"/> gets at a time.</summary>
internal sealed record ResourceBatch(
    bool IsInitial, IReadOnlyList<ResourceSnapshot> Upserts, IReadOnlyList<RemovedResource> Removals);

/// <summary>A resource that is gone; the dashboard wants its type along with its name.</summary>
internal sealed record RemovedResource(string Name, string Type);
