using System.Globalization;

namespace Fixity.AppHost;

/// <summary>Words of the model that are Fixity's own.</summary>
internal static class FixityModel
{
    // Letters and digits, so that it can stand in a URL and a connection string as it is; more than 256 bits.
    private const int SecretLength = 64;

    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(
        this IDistributedApplicationBuilder builder, string name) => builder.AddParameter(
            name,
            new GenerateParameterDefault { MinLength = SecretLength, Special = false },
            secret: true,
            persist: true);

    /// <summary>On one's own machine any folder may become a target, and one can be named at the start.</summary>
    public static IResourceBuilder<ProjectResource> WithWatchedFolder(
        this IResourceBuilder<ProjectResource> scheduler, RunOptions options)
    {
        if (scheduler.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            scheduler.WithEnvironment("Scheduler__AllowedRoots__0", "/");
        }

        return options.Watch is null ? scheduler : scheduler.WithEnvironment("Scheduler__Watch", options.Watch);
    }

    /// <summary>On one's own machine a webhook's receiver may well be on it too; elsewhere private addresses are refused.</summary>
    public static IResourceBuilder<ProjectResource> WithReceiversOnThisMachine(this IResourceBuilder<ProjectResource> alert) =>
        alert.ApplicationBuilder.ExecutionContext.IsRunMode
            ? alert.WithEnvironment("Alert__AllowPrivateNetworks", "true")
            : alert;

    /// <summary>Where people open Fixity: links in alerts lead there. <c>Fixity:PublicUrl</c>; on one's own machine its gateway.</summary>
    public static IResourceBuilder<ProjectResource> WithPublicUrl(
        this IResourceBuilder<ProjectResource> alert, RunOptions options)
    {
        var url = alert.ApplicationBuilder.Configuration["Fixity:PublicUrl"]
            ?? (options.PublicPort is { } port
                ? string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}")
                : null);
        return string.IsNullOrEmpty(url) ? alert : alert.WithEnvironment("Fixity__PublicUrl", url);
    }

    /// <summary>A port more, for Prometheus alone. After the external endpoints were named: it is none of them.</summary>
    public static IResourceBuilder<ProjectResource> WithInnerMetrics(this IResourceBuilder<ProjectResource> gateway)
    {
        gateway.WithHttpEndpoint(name: "metrics");
        var port = gateway.GetEndpoint("metrics").Property(EndpointProperty.TargetPort);
        return gateway.WithEnvironment("Gateway__MetricsUrl", ReferenceExpression.Create($"http://*:{port}"));
    }

    /// <summary>In a cluster the load balancer learns a little late that an instance stops; on one's own machine nobody waits.</summary>
    public static IResourceBuilder<ProjectResource> WithTimeToDrain(this IResourceBuilder<ProjectResource> gateway) =>
        gateway.ApplicationBuilder.ExecutionContext.IsRunMode
            ? gateway
            : gateway.WithEnvironment("Gateway__DrainAtLeast", "00:00:05");
}
