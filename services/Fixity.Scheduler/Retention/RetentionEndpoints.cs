using System.Security.Claims;
using Fixity.Core;
using Fixity.Data;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Retention;

/// <summary>HTTP surface of retention: what was removed, and remove now.</summary>
internal static class RetentionEndpoints
{
    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        var retention = routes.MapGroup("/retention").WithTags("Retention")
            .ProducesProblem(StatusCodes.Status401Unauthorized);

        retention.MapGet("/runs", ListAsync)
            .RequireAuthorization(Roles.Viewer)
            .WithName("listRetentionRuns")
            .WithSummary("What the last runs removed because its time was over");

        retention.MapPost("/run", RequestAsync)
            .RequireAuthorization(Roles.Admin)
            .WithName("runRetention")
            .WithSummary("Remove now what is past its time, or find the run that is at it")
            .ProducesProblem(StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<RetentionRunList>> ListAsync(
        RetentionStore runs, SettingsReader settings, TimeProvider clock, CancellationToken cancellation)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Current.Of(Settings.DefaultTimeZone));
        return TypedResults.Ok(new RetentionRunList(
            await runs.ListAsync(cancellation), RetentionTimes.Next(clock.GetUtcNow(), zone)));
    }

    private static async Task<Results<Accepted<RetentionRun>, Ok<RetentionRun>>> RequestAsync(
        RetentionStore runs, ClaimsPrincipal caller, CancellationToken cancellation)
    {
        var (run, isNew) = await runs.RequestAsync(caller.CallerName(), cancellation);
        return isNew ? TypedResults.Accepted("/api/v1/retention/runs", run) : TypedResults.Ok(run);
    }
}
