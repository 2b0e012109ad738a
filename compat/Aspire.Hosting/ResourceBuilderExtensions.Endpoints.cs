using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Run;

namespace Aspire.Hosting;

/// <summary>Endpoints, and what is asked of them: health and probes.</summary>
public static partial class ResourceBuilderExtensions
{
    private const int Ok = 200;

    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? scheme = null,
        string? name = null,
        string? env = null,
        bool isProxied = true,
        bool? isExternal = null,
        ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(
            protocol ?? ProtocolType.Tcp, scheme, null, name, port, targetPort, isExternal, isProxied);
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .Any(other => StringComparer.OrdinalIgnoreCase.Equals(other.Name, endpoint.Name)))
        {
            throw new DistributedApplicationException(
                $"Endpoint with name '{endpoint.Name}' already exists. Endpoint name may not have been explicitly " +
                "specified and was derived automatically from scheme argument (e.g. 'http', 'ws', or 'tcp'). " +
                "Multiple calls to WithEndpoint (and related methods) may result in a conflict if name argument is " +
                "not specified. Each endpoint must have a unique name. For more information on networking in Aspire " +
                "see: https://aka.ms/dotnet/aspire/networking");
        }

        if (env is not null)
        {
            var ownPort = new EndpointReference(builder.Resource, endpoint).Property(EndpointProperty.TargetPort);
            builder.WithAnnotation(new EnvironmentCallbackAnnotation(
                context => context.EnvironmentVariables[env] = ownPort));
        }

        return builder.WithAnnotation(endpoint);
    }

    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        string endpointName,
        Action<EndpointAnnotation> callback,
        bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(other => StringComparer.OrdinalIgnoreCase.Equals(other.Name, endpointName));
        if (endpoint is null && createIfNotExists)
        {
            endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName);
            callback(endpoint);
            return builder.WithAnnotation(endpoint);
        }

        if (endpoint is not null)
        {
            callback(endpoint);
        }

        return builder;
    }

    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool isProxied = true)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    public static IResourceBuilder<T> WithHttpsEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool isProxied = true)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(port, targetPort, "https", name, env, isProxied);

    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.UriScheme is "http" or "https"))
        {
            endpoint.IsExternal = true;
        }

        return builder;
    }

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => builder.Resource.GetEndpoint(name);

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResource => builder.WithAnnotation(new EndpointUrlAnnotation(endpointName, callback));

    /// <summary>Healthy is what answers a GET of <paramref name="path"/> with that status.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        path ??= "/";
        statusCode ??= Ok;
        var endpoint = HttpEndpoint(builder.Resource, endpointName);
        var key = string.Create(
            CultureInfo.InvariantCulture, $"{builder.Resource.Name}_{endpoint.EndpointName}_{path}_{statusCode}_check");
        builder.WithHealthCheck(key);
        return builder.WithAnnotation(
            new HttpHealthCheckAnnotation(key, endpoint.EndpointName, path, statusCode.Value));
    }

    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        if (builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(other => other.Key == key))
        {
            throw new DistributedApplicationException(
                $"Resource '{builder.Resource.Name}' already has a health check with key '{key}'.");
        }

        return builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Published as a probe; when run, an HTTP health check of the same path.</summary>
    [Experimental("ASPIREPROBES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
    public static IResourceBuilder<T> WithHttpProbe<T>(
        this IResourceBuilder<T> builder,
        ProbeType type,
        string? path = null,
        int? initialDelaySeconds = null,
        int? periodSeconds = null,
        int? timeoutSeconds = null,
        int? failureThreshold = null,
        int? successThreshold = null,
        string? endpointName = null)
        where T : IResourceWithEndpoints, IResourceWithProbes
    {
        var probe = new EndpointProbeAnnotation
        {
            Type = type,
            EndpointReference = HttpEndpoint(builder.Resource, endpointName),
            Path = path ?? "/",
            InitialDelaySeconds = initialDelaySeconds ?? 5,
            PeriodSeconds = periodSeconds ?? 5,
            TimeoutSeconds = timeoutSeconds ?? 1,
            FailureThreshold = failureThreshold ?? 3,
            SuccessThreshold = successThreshold ?? 1,
        };
        foreach (var old in builder.Resource.Annotations.OfType<ProbeAnnotation>()
            .Where(old => old.Type == type)
            .ToList())
        {
            builder.Resource.Annotations.Remove(old);
        }

        builder.WithAnnotation(probe);
        return builder.WithHttpHealthCheck(path, Ok, endpointName);
    }

    // As in the packages: without a name, https before http.
    private static EndpointReference HttpEndpoint(IResourceWithEndpoints resource, string? endpointName)
    {
        string[] names = endpointName is null ? ["https", "http"] : [endpointName];
        var endpoint = names.Select(resource.GetEndpoint).FirstOrDefault(candidate => candidate.Exists)
            ?? throw new DistributedApplicationException(
                $"Could not create HTTP health check for resource '{resource.Name}' as no endpoint was found " +
                $"matching one of the specified names: {string.Join(", ", names)}");

        return endpoint.Scheme is "http" or "https"
            ? endpoint
            : throw new DistributedApplicationException(
                $"Could not create HTTP health check for resource '{resource.Name}' as the endpoint with name " +
                $"'{endpoint.EndpointName}' and scheme '{endpoint.Scheme}' is not an HTTP endpoint.");
    }
}
