using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Fixity.ServiceDefaults.Metrics;

/// <summary><c>/metrics</c>: Prometheus' text, for whoever reaches the service's own port.</summary>
public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    private const string TextFormat = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddPrometheus(this MeterProviderBuilder metrics)
    {
        metrics.ConfigureServices(static services => services.AddSingleton<PrometheusExporter>());
        metrics.AddReader(static provider => new BaseExportingMetricReader(provider.GetRequiredService<PrometheusExporter>()));
    }

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, Read).AllowAnonymous().ExcludeFromDescription();

    private static Results<ContentHttpResult, ProblemHttpResult> Read(PrometheusExporter exporter) =>
        exporter.Write(Patience) is { } text
            ? TypedResults.Text(text, TextFormat)
            : Problem.Of(
                StatusCodes.Status503ServiceUnavailable, "metrics-unavailable", "No metrics",
                "The metrics could not be collected in time.");
}
