using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A port that a resource listens on.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AllocatedEndpoint? _allocatedEndpoint;

    public EndpointAnnotation(
        ProtocolType protocol,
        string? uriScheme = null,
        string? transport = null,
        string? name = null,
        int? port = null,
        int? targetPort = null,
        bool? isExternal = null,
        bool isProxied = true)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? (protocol == ProtocolType.Udp ? "udp" : "tcp");
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : UriScheme);
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    public string Name { get; set; }

    public ProtocolType Protocol { get; set; }

    /// <summary>The port that others connect to.</summary>
    public int? Port { get; set; }

    /// <summary>The port that the resource itself listens on.</summary>
    public int? TargetPort { get; set; }

    public string UriScheme { get; set; }

    public string TargetHost { get; set; } = "localhost";

    public string Transport { get; set; }

    public bool IsExternal { get; set; }

    public bool IsProxied { get; set; }

    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocatedEndpoint;
        set
        {
            _allocatedEndpoint = value;
            if (value is not null)
            {
                _allocated.TrySetResult();
            }
        }
    }

    internal Task WhenAllocated => _allocated.Task;
}

/// <summary>Where an endpoint can be reached in this run.</summary>
public sealed class AllocatedEndpoint(
    EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    public EndpointAnnotation Endpoint { get; } = endpoint;

    public string Address { get; } = address;

    public int Port { get; } = port;

    public string? TargetPortExpression { get; } = targetPortExpression;

    public string UriScheme => Endpoint.UriScheme;

    public string EndPointString => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");

    public string UriString => $"{UriScheme}://{EndPointString}";

    public override string ToString() => UriString;
}

public enum EndpointProperty
{
    Url,
    Host,
    IPV4Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>Another resource's endpoint, whose address is known only when the application runs.</summary>
public sealed class EndpointReference : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    private readonly EndpointAnnotation? _annotation;

    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(endpointName);
        Resource = owner;
        EndpointName = endpointName;
    }

    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint?.Name!) => _annotation = endpoint;

    public IResourceWithEndpoints Resource { get; }

    public string EndpointName { get; }

    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException(
            $"The endpoint `{EndpointName}` is not defined for the resource `{Resource.Name}`.");

    public bool Exists => Find() is not null;

    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    public bool IsHttp => EndpointAnnotation.UriScheme == "http";

    public bool IsHttps => EndpointAnnotation.UriScheme == "https";

    public string Scheme => EndpointAnnotation.UriScheme;

    public string Host => Allocated.Address;

    public int Port => Allocated.Port;

    public string Url => Allocated.UriString;

    public int? TargetPort => EndpointAnnotation.TargetPort;

    public string ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    public IEnumerable<object> References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException(
            $"The endpoint `{EndpointName}` is not allocated for the resource `{Resource.Name}`.");

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    private EndpointAnnotation? Find() => _annotation ?? Resource.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => StringComparer.OrdinalIgnoreCase.Equals(endpoint.Name, EndpointName));
}

/// <summary>One property of an endpoint, as a value.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    public EndpointReference Endpoint { get; } = endpointReference;

    public EndpointProperty Property { get; } = property;

    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Binding}}}";

    public IEnumerable<object> References => [Endpoint];

    private string Binding => Property switch
    {
        EndpointProperty.TargetPort => "targetPort",
        EndpointProperty.HostAndPort => "hostAndPort",
        EndpointProperty.IPV4Host => "host",
        EndpointProperty.Url => "url",
        EndpointProperty.Host => "host",
        EndpointProperty.Port => "port",
        EndpointProperty.Scheme => "scheme",
        _ => throw Unsupported(),
    };

    /// <remarks>Waits until the address is known.</remarks>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        await Endpoint.EndpointAnnotation.WhenAllocated.WaitAsync(cancellationToken);
        return Property switch
        {
            EndpointProperty.Url => Endpoint.Url,
            EndpointProperty.Host => Endpoint.Host,
            EndpointProperty.IPV4Host => "127.0.0.1",
            EndpointProperty.Port => Text(Endpoint.Port),
            EndpointProperty.Scheme => Endpoint.Scheme,
            EndpointProperty.TargetPort => Text(Endpoint.TargetPort ?? Endpoint.Port),
            EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Text(Endpoint.Port)}",
            _ => throw Unsupported(),
        };
    }

    private InvalidOperationException Unsupported() =>
        new($"The property '{Property}' is not supported for the endpoint '{Endpoint.EndpointName}'.");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
