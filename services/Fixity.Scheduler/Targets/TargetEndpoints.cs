using System.Diagnostics;
using Fixity.Core;
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
            .WithSummary("Watch a folder, share or bucket")
            .ProducesValidationProblem()
            .WithProblems(TargetProblems.NameTaken("photos"));

        targets.MapPut("/{id:int}", UpdateAsync)
            .WithName("updateTarget")
            .WithSummary("Change how a target is watched")
            .ProducesValidationProblem()
            .WithProblems(
                TargetProblems.NotFound(3),
                TargetProblems.NameTaken("photos"),
                TargetProblems.ChangedMeanwhile(3));

        targets.MapDelete("/{id:int}", DeleteAsync)
            .WithName("deleteTarget")
            .WithSummary("Stop watching a target; its history stays readable")
            .WithProblems(TargetProblems.NotFound(3), TargetProblems.ScanActive(3));
    }

    private static async Task<Results<Created<Target>, ProblemHttpResult>> CreateAsync(
        TargetRequest request, TargetValidation validation, TargetStore targets, ScheduleSignal schedules,
        HttpContext context, ILogger<TargetStore> logger, CancellationToken cancellation)
    {
        var (errors, resolved) = await validation.CheckAsync(request, null, cancellation);
        if (errors.Any)
        {
            return Problem.Validation(errors.ByField);
        }

        var (outcome, target) = await targets.CreateAsync(resolved, context.User.CallerName(), cancellation);
        if (outcome == TargetOutcome.NameTaken)
        {
            return TargetProblems.NameTaken(request.Name);
        }

        Saved(request, null, target!, schedules, context, logger);
        return TypedResults.Created($"/api/v1/targets/{target!.Id}", target);
    }

    private static async Task<Results<Ok<Target>, ProblemHttpResult>> UpdateAsync(
        int id, TargetRequest request, TargetValidation validation, TargetStore targets, ScheduleSignal schedules,
        HttpContext context, ILogger<TargetStore> logger, CancellationToken cancellation)
    {
        if (await targets.FindStorageAsync(id, cancellation) is not { } saved)
        {
            return TargetProblems.NotFound(id);
        }

        var (errors, resolved) = await validation.CheckAsync(request, saved, cancellation);
        if (errors.Any)
        {
            return Problem.Validation(errors.ByField);
        }

        // Read after the storage, whose version the update insists on: what is told as "before" is what was replaced.
        var before = await targets.FindAsync(id, cancellation);
        var (outcome, target) = await targets.UpdateAsync(saved, resolved, context.User.CallerName(), cancellation);
        switch (outcome)
        {
            case TargetOutcome.Unknown:
                return TargetProblems.ChangedMeanwhile(id);
            case TargetOutcome.NameTaken:
                return TargetProblems.NameTaken(request.Name);
            default:
                Saved(request, before, target!, schedules, context, logger);
                return TypedResults.Ok(target!);
        }
    }

    private static void Saved(
        TargetRequest request, Target? before, Target target, ScheduleSignal schedules, HttpContext context, ILogger logger)
    {
        schedules.Changed();
        string? note = null;
        if (request.Credentials is not null)
        {
            var (source, reference) = (target.Credentials.Source, target.Credentials.Reference);
            logger.CredentialsSet(target.Id, context.User.CallerName(), source, reference);
            note = $"credentials of target {target.Id} set: {WordOf(source)}";
        }

        var name = $"target {target.Id}";
        context.Response.AddAuditNote(before is null
            ? AuditNote.Created("target-created", name, target, note)
            : AuditNote.Changed("target-changed", name, Told(before), Told(target), note));
    }

    // Who set them, and when, is said where they are; times that pass by themselves are no change.
    private static Target Told(Target target) =>
        target with { Credentials = TargetCredentials.None, UpdatedAt = default, NextRunAt = null };

    private static string WordOf(CredentialsSource source) => source switch
    {
        CredentialsSource.None => "none",
        CredentialsSource.Reference => "by reference",
        CredentialsSource.Stored => "stored",
        _ => throw new UnreachableException($"{source}"),
    };

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        int id, TargetStore targets, ScheduleSignal schedules, HttpResponse response, CancellationToken cancellation)
    {
        var before = await targets.FindAsync(id, cancellation);
        var outcome = await targets.DeleteAsync(id, cancellation);
        schedules.Changed();
        if (outcome == TargetOutcome.Done && before is not null)
        {
            response.AddAuditNote(AuditNote.Removed("target-deleted", $"target {id}", Told(before)));
        }

        return outcome switch
        {
            TargetOutcome.Done => TypedResults.NoContent(),
            TargetOutcome.Unknown => TargetProblems.NotFound(id),
            TargetOutcome.ScanActive => TargetProblems.ScanActive(id),
            _ => throw new UnreachableException($"{outcome}"),
        };
    }
}
