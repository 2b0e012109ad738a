using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Decides on the ports of all processes before any starts, so that each can be told of the others.</summary>
internal static class EndpointAllocation
{
    private const string Host = "localhost";

    /// <returns>The proxies, already listening.</returns>
    public static IReadOnlyList<ReplicaProxy> Allocate(RunContext run)
    {
        List<ReplicaProxy> proxies = [];
        foreach (var (resource, instances) in run.Instances)
        {
            // A server of ours says itself where it listens, when it does.
            if (resource is ContainerResource)
            {
                continue;
            }

            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var ownPort = endpoint.TargetPort;
                var isProxied = endpoint.IsProxied
                    && (instances.Count > 1 || (endpoint.Port is not null && endpoint.Port != ownPort));
                if (isProxied)
                {
                    proxies.Add(Proxied(run, resource, instances, endpoint, ownPort));
                }
                else
                {
                    Direct(run, resource, instances, endpoint, ownPort);
                }
            }
        }

        return proxies;
    }

    private static ReplicaProxy Proxied(
        RunContext run, IResource resource, IReadOnlyList<ResourceInstance> instances, EndpointAnnotation endpoint,
        int? ownPort)
    {
        foreach (var instance in instances)
        {
            instance.Ports[endpoint.Name] =
                instances.Count == 1 && ownPort is { } fixedPort ? fixedPort : run.Ports.Next();
        }

        var port = endpoint.Port ?? run.Ports.Next();
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, Host, port);
        return ReplicaProxy.Start(
            resource.Name, port, [.. instances.Select(instance => instance.Ports[endpoint.Name])]);
    }

    private static void Direct(
        RunContext run, IResource resource, IReadOnlyList<ResourceInstance> instances, EndpointAnnotation endpoint,
        int? ownPort)
    {
        if (instances.Count > 1)
        {
            throw new DistributedApplicationException(
                $"Resource '{resource.Name}' uses multiple replicas and a proxy-less endpoint '{endpoint.Name}'. " +
                "These features do not work together.");
        }

        var port = ownPort ?? endpoint.Port ?? run.Ports.Next();
        instances[0].Ports[endpoint.Name] = port;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, Host, port);
    }
}
