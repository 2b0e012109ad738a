using System.Diagnostics;
using Fixity.ServiceDefaults.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace Fixity.ServiceDefaults;

/// <summary>Traces, metrics and logs over OTLP where an endpoint is given, and console logs that a machine can read.</summary>
public static class TelemetryRegistration
{
    private const string HealthPath = "/healthz";
    private const string ReadyPath = "/readyz";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                console.IncludeScopes = false;
            });
        }

        // Each statement and each request is a span already; as log lines they would bury what an operator looks for.
        foreach (var chatty in (ReadOnlySpan<string>)["Npgsql", "Microsoft.AspNetCore", "System.Net.Http", "Quartz"])
        {
            builder.Logging.AddFilter(chatty, LogLevel.Warning);
        }

        // The gateway says the same in a line of its own.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
        });

        // .NET emits these sources and meters itself; no instrumentation package is needed.
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql", "Fixity.*");
                metrics.AddPrometheus();
            })
            .WithTracing(traces => traces
                .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Fixity.*", "Yarp.ReverseProxy"));

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>Names each server span after its route, and keeps the probes' and scrapes' spans out of the traces.</summary>
    /// <remarks>The framework's own activity has neither a readable name nor the status code (facts: ASP.NET Core 10).</remarks>
    public static void UseRequestTelemetry(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var activity = Activity.Current;
        if (activity is not null && IsProbe(context.Request.Path))
        {
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.IsAllDataRequested = false;
        }

        await next(context);

        if (activity is { IsAllDataRequested: true })
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.Request.Path.Value;
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
            activity.SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            {
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }
    });

    private static bool IsProbe(PathString path) => path.StartsWithSegments(HealthPath, StringComparison.Ordinal)
        || path.StartsWithSegments(ReadyPath, StringComparison.Ordinal)
        || path.StartsWithSegments(MetricsEndpoint.Path, StringComparison.Ordinal);
}
