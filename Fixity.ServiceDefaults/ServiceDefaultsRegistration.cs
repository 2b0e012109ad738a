using Fixity.ServiceDefaults.Health;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Json;
using Fixity.ServiceDefaults.Metrics;
using Fixity.ServiceDefaults.OpenApi;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Fixity.ServiceDefaults;

/// <summary>What every service shares, so that a service's Program.cs holds only what is its own.</summary>
public static class ServiceDefaultsRegistration
{
    /// <summary>For services behind the gateway: telemetry, problems, strict JSON, health, OpenAPI, the gateway's identity.</summary>
    public static void AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddEdgeDefaults();
        builder.Services.AddGatewayIdentity();
        // What the gateway let pass, and its own headers on top.
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });
    }

    /// <summary>The same without an identity scheme: the gateway makes identities, it does not take them.</summary>
    public static void AddEdgeDefaults(this WebApplicationBuilder builder)
    {
        builder.AddTelemetry();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddStrictJson();
        builder.Services.AddFixityProblems();
        builder.Services.AddHealthChecks();
        builder.Services.AddOpenApi();
        builder.Services.AddReadableSchemaNames();
        builder.Services.AddSchemaDescriptions();
        builder.Services.AddProblemDescriptions();
        // Longer than the longest batch in flight, shorter than the 30 s that Kubernetes gives. The AppHost,
        // which runs on one machine for one person, kills after 8 s what has not ended.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
    }

    public static void UseServiceDefaults(this WebApplication app)
    {
        app.UseFixityProblems();
        app.UseRequestTelemetry();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseConfinement();
        app.MapFixityHealth();
        app.MapMetrics();
        app.MapOpenApi().AllowAnonymous();
    }
}
