using Fixity.Scheduler.Schedules;
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

        status.MapGet("/health", ReadHealth)
            .WithName("getHealth")
            .WithSummary("Whether scans are asked for on time");

        status.MapGet("/health/scheduler", ReadHealth)
            .WithName("getSchedulerHealth")
            .WithSummary("Whether this scheduler works, and if not, why");
    }

    private static async Task<Ok<SchedulerStatusView>> ReadStatusAsync(
        StatusQueries queries, CancellationToken cancellation) =>
        TypedResults.Ok(await queries.ReadStatusAsync(cancellation));

    private static Ok<SchedulerHealthView> ReadHealth(ScheduleState schedules) => TypedResults.Ok(schedules.Health());
}
