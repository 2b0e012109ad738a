using System.Security.Claims;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scanner.Changes;

/// <summary>HTTP surface of a person's decisions about findings.</summary>
internal static class ChangeEndpoints
{
    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("Changes").RequireAuthorization(Roles.Operator);

        api.MapPost("/files/{id:long}/accept", AcceptAsync)
            .WithName("acceptFile")
            .WithSummary("Accept what a damaged file holds now as its baseline, or the change of a modified one")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        api.MapPost("/changes/acknowledge", AcknowledgeAsync)
            .WithName("acknowledgeChanges")
            .WithSummary("Say that somebody has seen to these changes")
            .ProducesValidationProblem();
    }

    private static async Task<Results<Ok<AcceptedFile>, ProblemHttpResult>> AcceptAsync(
        long id, AcceptRequest request, ClaimsPrincipal caller, ChangeStore changes, CancellationToken cancellation)
    {
        var (exists, file) = await changes.AcceptAsync(id, request.Reason, caller.CallerName(), cancellation);
        return file is not null ? TypedResults.Ok(file)
            : exists ? ChangeProblems.FileNotCorrupted(id)
            : ChangeProblems.FileNotFound(id);
    }

    private static async Task<Ok<Acknowledgement>> AcknowledgeAsync(
        AcknowledgeRequest request, ClaimsPrincipal caller, ChangeStore changes, CancellationToken cancellation) =>
        TypedResults.Ok(new Acknowledgement(
            await changes.AcknowledgeAsync(request.Ids, request.Reason, caller.CallerName(), cancellation)));
}
