using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Run;

/// <summary>Turns what the model says of a resource into the variables and arguments of one instance.</summary>
internal sealed class EnvironmentResolver(RunContext run, ResourceInstance instance)
{
    /// <remarks>The model's variables win over ours, and both over the launch profile's.</remarks>
    public async Task<IReadOnlyList<ResourceEnvironment>> VariablesAsync(CancellationToken cancellation)
    {
        var variables = new Dictionary<string, object>();
        AddTelemetry(variables);
        AddProjectDefaults(variables);

        var context = new EnvironmentCallbackContext(run.ExecutionContext, instance.Resource, variables, cancellation);
        foreach (var annotation in instance.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await annotation.Callback(context);
        }

        if (instance.Resource.TryGetLastAnnotation<LaunchProfileAnnotation>(out var profile))
        {
            variables.TryAdd("DOTNET_LAUNCH_PROFILE", profile.Name);
            foreach (var (name, value) in profile.Profile.EnvironmentVariables)
            {
                variables.TryAdd(name, value);
            }
        }

        List<ResourceEnvironment> resolved = [];
        foreach (var (name, value) in variables)
        {
            if (await TextAsync(value, cancellation) is { } text)
            {
                resolved.Add(new ResourceEnvironment(name, text, IsSecret(value)));
            }
        }

        return resolved;
    }

    public async Task<IReadOnlyList<(string Text, bool IsSecret)>> ArgumentsAsync(CancellationToken cancellation)
    {
        List<object> args = [];
        var context = new CommandLineArgsCallbackContext(args, instance.Resource, cancellation);
        foreach (var annotation in instance.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            await annotation.Callback(context);
        }

        List<(string, bool)> resolved = [];
        foreach (var arg in args)
        {
            if (await TextAsync(arg, cancellation) is { } text)
            {
                resolved.Add((text, IsSecret(arg)));
            }
        }

        return resolved;
    }

    /// <summary>Whether a secret parameter is in it, however deep.</summary>
    public static bool IsSecret(object value) => value switch
    {
        ParameterResource parameter => parameter.Secret,
        IResourceBuilder<IResource> builder => IsSecret(builder.Resource),

        // An address is none; and through its resource it would lead back to the connection string that it is part of.
        EndpointReference or EndpointReferenceExpression => false,
        IValueWithReferences composed => composed.References.Any(IsSecret),
        _ => false,
    };

    private async ValueTask<string?> TextAsync(object value, CancellationToken cancellation) => value switch
    {
        string text => text,
        IResourceBuilder<IResource> builder => await TextAsync(builder.Resource, cancellation),

        // Its own port differs from replica to replica.
        EndpointReferenceExpression { Property: EndpointProperty.TargetPort } own
            when own.Endpoint.Resource == instance.Resource =>
            instance.Ports[own.Endpoint.EndpointName].ToString(CultureInfo.InvariantCulture),
        ReferenceExpression expression => await expression.EvaluateAsync(part => TextAsync(part, cancellation)),
        IValueProvider provider => await provider.GetValueAsync(cancellation),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private void AddTelemetry(Dictionary<string, object> variables)
    {
        if (!instance.Resource.Annotations.OfType<OtlpExporterAnnotation>().Any())
        {
            return;
        }

        if (run.Dashboard is { } dashboard)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = dashboard.OtlpEndpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={dashboard.OtlpApiKey}";
        }

        // The dashboard joins telemetry to the resource called service.name-service.instance.id.
        variables["OTEL_SERVICE_NAME"] = instance.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance.Suffix}";
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";

        if (run.Environment.IsDevelopment())
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
            variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
            variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        }
    }

    private void AddProjectDefaults(Dictionary<string, object> variables)
    {
        if (instance.Resource is not ProjectResource)
        {
            return;
        }

        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";

        var urls = instance.Resource.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.UriScheme is "http" or "https")
            .Select(endpoint => string.Create(
                CultureInfo.InvariantCulture,
                $"{endpoint.UriScheme}://{endpoint.TargetHost}:{instance.Ports[endpoint.Name]}"))
            .ToList();
        if (urls.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        }
    }
}
