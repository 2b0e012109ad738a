using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
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

    /// <summary>For a gateway: one address more, where these are served and nothing else is, and nowhere else are these.</summary>
    /// <param name="url">Absolute, with a port; null: none.</param>
    public static void UseMetricsOn(this WebApplication app, string? url)
    {
        if (url is null)
        {
            return;
        }

        // One address that is named in code takes the place of those in the configuration, so they are named too.
        foreach (var configured in Configured(app.Configuration))
        {
            app.Urls.Add(configured);
        }

        // It may be one of them: an application model that knows of the port names it there too.
        var port = BindingAddress.Parse(url).Port;
        if (app.Urls.All(configured => BindingAddress.Parse(configured).Port != port))
        {
            app.Urls.Add(url);
        }

        app.MapWhen(
            context => context.Connection.LocalPort == port,
            static inner => inner.Run(AnswerAsync));
    }

    // No routing: what is served outside must not be found by another door.
    private static Task AnswerAsync(HttpContext context) => context.Request.Path == Path
        ? Read(context.RequestServices.GetRequiredService<PrometheusExporter>()).ExecuteAsync(context)
        : TypedResults.NotFound().ExecuteAsync(context);

    private static IEnumerable<string> Configured(IConfiguration configuration) =>
        Split(configuration[WebHostDefaults.ServerUrlsKey]) is { Length: > 0 } urls
            ? urls
            : Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}");

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static Results<ContentHttpResult, ProblemHttpResult> Read(PrometheusExporter exporter) =>
        exporter.Write(Patience) is { } text
            ? TypedResults.Text(text, TextFormat)
            : Problem.Of(
                StatusCodes.Status503ServiceUnavailable, "metrics-unavailable", "No metrics",
                "The metrics could not be collected in time.");
}
