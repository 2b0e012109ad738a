using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Audit;

/// <summary>Shows the audit log.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/audit", ListAuditAsync)
            .WithTags("Audit")
            .WithName("listAudit")
            .WithSummary("Who did what, newest first")
            .RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> ListAuditAsync(
        AuditLog audit, CancellationToken cancellation, string? cursor = null, int? limit = null)
    {
        if (!Cursor.TryDecode<long?>(cursor, out var before))
        {
            return ListProblems.NotACursor();
        }

        var size = Cursor.Limit(limit);
        var rows = await audit.ListAsync(before ?? long.MaxValue, size + 1, cancellation);
        return TypedResults.Ok(Page.From(rows, size, static entry => Cursor.Encode(entry.Id)));
    }
}
