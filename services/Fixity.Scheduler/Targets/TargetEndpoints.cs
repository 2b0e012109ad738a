using System.Diagnostics;
using Fixity.Scheduler.Schedules;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Targets;

/// <summary>HTTP surface of targets: create, change, delete. They are read from the query service.</summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder routes)
    {
        var targets = routes.MapGroup("/targets").WithTags("Targets").RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        targets.MapPost("/", CreateAsync)
            .WithName("createTarget")
            .WithSummary("Watch a folder")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict);

        targets.MapPut("/{id:int}", UpdateAsync)
            .WithName("updateTarget")
            .WithSummary("Change how a target is watched")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        targets.MapDelete("/{id:int}", DeleteAsync)
            .WithName("deleteTarget")
            .WithSummary("Stop watching a target; its history stays readable")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Created<Target>, ProblemHttpResult>> CreateAsync(
        TargetRequest request, TargetValidation validation, TargetStore targets, ScheduleSignal schedules,
        CancellationToken cancellation)
    {
        if (validation.Check(request, out var resolved) is { Count: > 0 } errors)
        {
            return Problem.Validation(errors);
        }

        var (outcome, target) = await targets.CreateAsync(resolved, cancellation);
        if (outcome == TargetOutcome.NameTaken)
        {
            return TargetProblems.NameTaken(request.Name);
        }

        schedules.Changed();
        return TypedResults.Created($"/api/v1/targets/{target!.Id}", target);
    }

    private static async Task<Results<Ok<Target>, ProblemHttpResult>> UpdateAsync(
        int id, TargetRequest request, TargetValidation validation, TargetStore targets, ScheduleSignal schedules,
        CancellationToken cancellation)
    {
        if (validation.Check(request, out var resolved) is { Count: > 0 } errors)
        {
            return Problem.Validation(errors);
        }

        var (outcome, target) = await targets.UpdateAsync(id, resolved, cancellation);
        switch (outcome)
        {
            case TargetOutcome.Unknown:
                return TargetProblems.NotFound(id);
            case TargetOutcome.NameTaken:
                return TargetProblems.NameTaken(request.Name);
            default:
                schedules.Changed();
                return TypedResults.Ok(target!);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        int id, TargetStore targets, ScheduleSignal schedules, CancellationToken cancellation)
    {
        var outcome = await targets.DeleteAsync(id, cancellation);
        schedules.Changed();
        return outcome switch
        {
            TargetOutcome.Done => TypedResults.NoContent(),
            TargetOutcome.Unknown => TargetProblems.NotFound(id),
            TargetOutcome.ScanActive => TargetProblems.ScanActive(id),
            _ => throw new UnreachableException($"{outcome}"),
        };
    }
}
