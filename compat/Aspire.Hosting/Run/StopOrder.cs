using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Stops each resource after those that depend on it: a service's last words reach the database.</summary>
/// <remarks>
/// What depends on nothing, such as a database server, waits for them to have ended. What is between waits a moment
/// only: a gateway that carries a service's event stream does not end before the service ends the stream, and the
/// patience with each of a chain must not add up.
/// </remarks>
internal sealed class StopOrder(RunContext run)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(1);

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
            _stopping[resource] = stopping = StopAfterAsync(
                Task.WhenAll(dependents), mayOverlap: DependsOnAny(resource), run.Instances[resource]);
        }

        return stopping;
    }

    // Over when the dependents are, too: what it depends on itself waits for all that is above.
    private static async Task StopAfterAsync(
        Task dependents, bool mayOverlap, IReadOnlyList<ResourceInstance> instances)
    {
        await (mayOverlap ? Task.WhenAny(dependents, Task.Delay(HeadStart)) : dependents);
        await Task.WhenAll(instances.Select(instance => instance.StopAsync(CancellationToken.None)));
        await dependents;
    }

    private bool DependsOnAny(IResource resource) => run.Instances.Keys.Any(other => DependsOn(resource, other));

    private static bool DependsOn(IResource resource, IResource other) =>
        (resource is IResourceWithParent child && child.Parent == other)
        || resource.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Resource == other)
        || resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Any(relation => relation.Resource == other && relation.Type is "Reference");
}
