using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Mutes;

/// <summary>HTTP surface of mutes: keep something quiet until a time, for a reason.</summary>
internal static class MuteEndpoints
{
    private const int MaxReasonLength = 500;

    public static void MapMutes(this IEndpointRouteBuilder routes)
    {
        var mutes = routes.MapGroup("/api/v1/mutes").WithTags("Mutes")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        mutes.MapGet("", ListAsync)
            .WithName("listMutes")
            .WithSummary("What is kept quiet, and what was within the last month")
            .RequireAuthorization(Roles.Viewer);

        mutes.MapPost("", CreateAsync)
            .WithName("createMute")
            .WithSummary("Keep events of a target, of files or of a type quiet until a time")
            .RequireAuthorization(Roles.Operator)
            .ProducesValidationProblem()
            .WithProblems(TooMany());

        mutes.MapDelete("/{id:int}", DeleteAsync)
            .WithName("deleteMute")
            .WithSummary("Be told again from now on")
            .RequireAuthorization(Roles.Operator)
            .WithProblems(NotFound(5));
    }

    private static async Task<Ok<IReadOnlyList<Mute>>> ListAsync(MuteStore mutes, CancellationToken cancellation) =>
        TypedResults.Ok(await mutes.ListAsync(cancellation));

    private static async Task<Results<Created<Mute>, ProblemHttpResult>> CreateAsync(
        MuteRequest request, HttpContext context, MuteStore mutes, TimeProvider clock, ILogger<MuteStore> logger,
        CancellationToken cancellation)
    {
        var errors = Check(request, clock.GetUtcNow());
        if (request.TargetId is { } targetId && !await mutes.HasTargetAsync(targetId, cancellation))
        {
            // It would keep nothing quiet, and whoever relies on it is woken.
            errors.Add("targetId", [$"Target {targetId} does not exist or was deleted."]);
        }

        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var by = context.User.CallerName();
        if (await mutes.CreateAsync(request, by, cancellation) is not { } mute)
        {
            return TooMany();
        }

        logger.MuteCreated(mute.Id, by, mute.Until);
        context.Response.AddAuditNote(AuditNote.Created("mute-created", $"mute {mute.Id}", mute));
        return TypedResults.Created($"/api/v1/mutes/{mute.Id}", mute);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        int id, HttpContext context, MuteStore mutes, ILogger<MuteStore> logger, CancellationToken cancellation)
    {
        if (await mutes.DeleteAsync(id, cancellation) is not { } before)
        {
            return NotFound(id);
        }

        logger.MuteDeleted(id, context.User.CallerName());
        context.Response.AddAuditNote(AuditNote.Removed("mute-deleted", $"mute {id}", before));
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult TooMany() => Problem.Of(
        StatusCodes.Status409Conflict, "too-many-mutes", "There are too many mutes",
        $"{MuteStore.MaxMutes} mutes are in force; end one first.");

    private static ProblemHttpResult NotFound(int id) => Problem.Of(
        StatusCodes.Status404NotFound, "mute-not-found", "No such mute", $"Mute {id} does not exist or was deleted.");

    private static Dictionary<string, string[]> Check(MuteRequest request, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (request.Until <= now)
        {
            errors.Add("until", ["until must be a time to come: a mute ends by itself."]);
        }

        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Trim().Length > MaxReasonLength
            || request.Reason.Any(char.IsControl))
        {
            errors.Add("reason", [$"reason must have 1 to {MaxReasonLength} characters, none of them a control character."]);
        }

        if (request.Path is { } path && WebhookRules.PathsError([path]) is { } wrong)
        {
            errors.Add("path", [wrong]);
        }

        if (request.Event is { } type && !EventTypes.IsKnownPattern(type))
        {
            errors.Add("event", [EventTypes.Unknown(type)]);
        }

        return errors;
    }
}
