using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Makes the instances of each resource of the model.</summary>
internal static class InstanceFactory
{
    public static void CreateAll(RunContext run)
    {
        foreach (var resource in run.Model.Resources)
        {
            run.Instances[resource] = Create(run, resource);
        }
    }

    private static IReadOnlyList<ResourceInstance> Create(RunContext run, IResource resource) => resource switch
    {
        ProjectResource when resource.GetReplicaCount() is var count and > 1 =>
            [.. Enumerable.Range(1, count).Select(replica => new ProcessInstance(run, resource, replica))],
        ProjectResource or ExecutableResource => [new ProcessInstance(run, resource, null)],
        PostgresServerResource server => [new PostgresServerInstance(run, server)],
        PostgresDatabaseResource database => [new PostgresDatabaseInstance(run, database)],
        IValueProvider => [new ValueInstance(run, resource)],
        _ => throw new DistributedApplicationException(
            $"Resource '{resource.Name}' is a '{resource.GetType()}', which this stand-in cannot run."),
    };
}
