using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Status;

/// <summary>HTTP surface of the scheduler's own state: status and health.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        var status = routes.MapGroup("").WithTags("Status").RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized);

        status.MapGet("/scheduler/status", ReadStatusAsync)
            .WithName("getSchedulerStatus")
            .WithSummary("How the schedule and the queue stand");

        status.MapGet("/scheduler/metrics", ReadMetricsAsync)
            .WithName("getSchedulerMetrics")
            .WithSummary("Figures of the queue, of ended scans and of the scanners");

        status.MapGet("/health", ReadHealthAsync)
            .WithName("getHealth")
            .WithSummary("Whether scans are asked for on time");

        status.MapGet("/health/scheduler", ReadHealthAsync)
            .WithName("getSchedulerHealth")
            .WithSummary("Whether schedulers and scanners keep up, and if not, why");
    }

    private static async Task<Ok<SchedulerStatusView>> ReadStatusAsync(
        StatusQueries queries, CancellationToken cancellation) =>
        TypedResults.Ok(await queries.ReadStatusAsync(cancellation));

    private static async Task<Ok<SchedulerMetricsView>> ReadMetricsAsync(
        MetricsQueries metrics, CancellationToken cancellation) =>
        TypedResults.Ok(await metrics.ReadAsync(cancellation));

    private static async Task<Ok<SchedulerHealthView>> ReadHealthAsync(
        HealthQueries health, CancellationToken cancellation) =>
        TypedResults.Ok(await health.ReadAsync(cancellation));
}
