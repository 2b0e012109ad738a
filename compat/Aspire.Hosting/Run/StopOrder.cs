using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Stops each resource after those that depend on it: a service's last words reach the database.</summary>
internal sealed class StopOrder(RunContext run)
{
    private readonly Dictionary<IResource, Task> _stopping = [];

    public IReadOnlyList<Task> StopAll() => [.. run.Instances.Keys.Select(resource => Stop(resource, []))];

    private Task Stop(IResource resource, HashSet<IResource> above)
    {
        // A circle of waits never started; it must not keep the rest from stopping.
        if (!above.Add(resource))
        {
            return Task.CompletedTask;
        }

        if (!_stopping.TryGetValue(resource, out var stopping))
        {
            var dependents = run.Instances.Keys
                .Where(other => DependsOn(other, resource))
                .Select(other => Stop(other, [.. above]))
                .ToList();
            _stopping[resource] = stopping = StopAfterAsync(dependents, run.Instances[resource]);
        }

        return stopping;
    }

    private static async Task StopAfterAsync(IReadOnlyList<Task> dependents, IReadOnlyList<ResourceInstance> instances)
    {
        await Task.WhenAll(dependents);
        await Task.WhenAll(instances.Select(instance => instance.StopAsync(CancellationToken.None)));
    }

    private static bool DependsOn(IResource resource, IResource other) =>
        (resource is IResourceWithParent child && child.Parent == other)
        || resource.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Resource == other)
        || resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Any(relation => relation.Resource == other && relation.Type is "Reference");
}
