using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>What the dashboard shows of an instance, from the model and its status.</summary>
internal static class InstanceSnapshots
{
    public static ResourceSnapshot First(RunContext run, ResourceInstance instance) =>
        new(
            instance.Name, instance.Resource.Name, TypeOf(instance.Resource), instance.Name, null, run.Clock.GetUtcNow())
        {
            Relationships =
            [
                .. instance.Resource.Annotations.OfType<ResourceRelationshipAnnotation>()
                    .Select(relation => new ResourceRelationship(relation.Resource.Name, relation.Type))
                    .Distinct(),
            ],
            ParentName = ParentOf(instance.Resource) is { } parent ? run.Instances[parent][0].Name : null,
            SupportsTelemetry = instance.Resource.Annotations.OfType<OtlpExporterAnnotation>().Any(),
        };

    public static ResourceSnapshot With(
        ResourceSnapshot snapshot, InstanceStatus status, bool canBeCommanded, TimeProvider clock) => snapshot with
        {
            State = status.State,
            ExitCode = status.ExitCode,
            StartedAt = status.State == ResourceState.Starting ? null : snapshot.StartedAt,
            StoppedAt = status.HasEnded ? clock.GetUtcNow() : null,
            HealthReports = status.IsIdle ? [] : snapshot.HealthReports,
            Commands = canBeCommanded ? CommandsFor(status) : [],
        };

    public static ResourceSnapshot WaitingFor(ResourceSnapshot snapshot, IReadOnlyList<WaitAnnotation> waits)
    {
        var others = snapshot.Properties.Where(property => property.Name != ResourceProperties.WaitingFor);
        return snapshot with
        {
            Properties = waits.Count == 0
                ? [.. others]
                : [.. others, new ResourceProperty(
                    ResourceProperties.WaitingFor, waits.Select(wait => wait.Resource.Name).Distinct().ToArray())],
        };
    }

    /// <summary>Replaces what a start has made known; keeps the rest.</summary>
    public static ResourceSnapshot WithProperties(
        ResourceSnapshot snapshot, IReadOnlyList<ResourceProperty> properties) =>
        snapshot with
        {
            Properties =
            [
                .. snapshot.Properties.Where(old => properties.All(property => property.Name != old.Name)),
                .. properties,
            ],
        };

    public static IReadOnlyList<ResourceUrl> UrlsOf(ResourceInstance instance)
    {
        List<ResourceUrl> urls = [];
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.AllocatedEndpoint is not { } allocated)
            {
                continue;
            }

            var link = new ResourceUrlAnnotation { Url = allocated.UriString };
            foreach (var changes in instance.Resource.Annotations.OfType<EndpointUrlAnnotation>()
                .Where(changes => StringComparer.OrdinalIgnoreCase.Equals(changes.EndpointName, endpoint.Name)))
            {
                changes.Change(link);
            }

            urls.Add(new ResourceUrl(endpoint.Name, link.Url, IsInternal: false, link.DisplayText ?? ""));
            if (instance.Ports[endpoint.Name] != allocated.Port)
            {
                var own = new AllocatedEndpoint(endpoint, allocated.Address, instance.Ports[endpoint.Name]);
                urls.Add(new ResourceUrl($"{endpoint.Name} target port", own.UriString, IsInternal: true));
            }
        }

        return urls;
    }

    public static string? PublicUrl(IResource resource) => resource.Annotations.OfType<EndpointAnnotation>()
        .Select(endpoint => endpoint.AllocatedEndpoint?.UriString)
        .FirstOrDefault();

    private static IReadOnlyList<ResourceCommand> CommandsFor(InstanceStatus status) =>
    [
        new("start", "Start", status.IsIdle, "Play"),
        new("stop", "Stop", !status.IsIdle && status.State != ResourceState.Stopping, "Stop"),
        new("restart", "Restart", status.State == ResourceState.Running, "ArrowCounterclockwise"),
    ];

    private static IResource? ParentOf(IResource resource) => resource is IResourceWithParent child
        ? child.Parent
        : resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .LastOrDefault(relation => relation.Type == "Parent")?.Resource;

    private static string TypeOf(IResource resource) => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        PostgresServerResource => "PostgresServerResource",
        PostgresDatabaseResource => "PostgresDatabaseResource",
        IResourceWithConnectionString => "ConnectionString",
        ParameterResource => "Parameter",
        _ => resource.GetType().Name,
    };
}
