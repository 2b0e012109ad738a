using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fixity.ServiceDefaults.Health;

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it can do its work, or the answer says why not.</summary>
public static class HealthEndpoints
{
    /// <summary>Checks with this tag decide about <c>/readyz</c>.</summary>
    public const string ReadyTag = "ready";

    private const string AlivePath = "/healthz";
    private const string ReadyPath = "/readyz";

    /// <summary>Whether somebody just asks how the process is.</summary>
    public static bool IsProbe(this HttpRequest request) => request.Path == AlivePath || request.Path == ReadyPath;

    public static void MapFixityHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = static _ => false }).AllowAnonymous();
        routes.MapHealthChecks(ReadyPath, new HealthCheckOptions
        {
            Predicate = static check => check.Tags.Contains(ReadyTag),
            ResponseWriter = WriteAsync,
        }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new ReadinessView(
            report.Status == HealthStatus.Healthy ? "ready" : "not-ready",
            [.. report.Entries
                .Where(e => e.Value.Status != HealthStatus.Healthy)
                .Select(e => $"{e.Key}: {e.Value.Description}")]),
        context.RequestAborted);
}

/// <param name="Reasons">One sentence a failed check; empty when ready.</param>
public sealed record ReadinessView(string Status, IReadOnlyList<string> Reasons);
