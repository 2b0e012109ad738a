using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
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
            .KeptTo(TargetIn.Rows)
            .ProducesValidationProblem()
            .WithProblems(ChangeProblems.FileNotFound(4711), ChangeProblems.FileNotCorrupted(4711));

        api.MapPost("/changes/acknowledge", AcknowledgeAsync)
            .WithName("acknowledgeChanges")
            .WithSummary("Say that somebody has seen to these changes")
            .KeptTo(TargetIn.Rows)
            .ProducesValidationProblem();
    }

    private static async Task<Results<Ok<AcceptedFile>, ProblemHttpResult>> AcceptAsync(
        long id, AcceptRequest request, HttpContext context, ChangeStore changes, CancellationToken cancellation)
    {
        var (exists, file, replaced) = await changes.AcceptAsync(
            id, context.User.Targets(), request.Reason, context.User.CallerName(), cancellation);
        if (file is null)
        {
            return exists ? ChangeProblems.FileNotCorrupted(id) : ChangeProblems.FileNotFound(id);
        }

        context.Response.AddAuditNote(new AuditNote(
            "file-accepted", $"file {file.FileId}",
            new() { ["state"] = replaced is null ? "modified" : "damaged", ["checksum"] = replaced ?? file.Checksum },
            new() { ["state"] = file.State, ["checksum"] = file.Checksum },
            request.Reason));
        return TypedResults.Ok(file);
    }

    private static async Task<Ok<Acknowledgement>> AcknowledgeAsync(
        AcknowledgeRequest request, HttpContext context, ChangeStore changes, CancellationToken cancellation)
    {
        var count = await changes.AcknowledgeAsync(
            request.Ids, context.User.Targets(), request.Reason, context.User.CallerName(), cancellation);
        context.Response.AddAuditNote(new AuditNote(
            "changes-acknowledged", null, null,
            new()
            {
                ["acknowledged"] = count,
                ["ids"] = new JsonArray([.. request.Ids.Select(id => (JsonNode)JsonValue.Create(id))]),
            },
            request.Reason));
        return TypedResults.Ok(new Acknowledgement(count));
    }
}
