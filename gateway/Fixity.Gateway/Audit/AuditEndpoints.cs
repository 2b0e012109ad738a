using Fixity.Gateway.Edge;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Audit;

/// <summary>Shows the audit log, gives it away as a file, and says whether it is still what was written.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/api/v1/audit").WithTags("Audit").RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        audit.MapGet("", ListAuditAsync)
            .WithName("listAudit")
            .WithSummary("Who did what, newest first")
            .ProducesValidationProblem()
            .WithProblems(ListProblems.NotACursor());
        audit.MapGet("/export", Export)
            .WithName("exportAudit")
            .WithSummary("Who did what, oldest first, as CSV or JSON lines")
            .WithMetadata(new CostMetadata(RequestCost.Export))
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "application/jsonl")
            .ProducesValidationProblem();
        audit.MapGet("/verify", VerifyAsync)
            .WithName("verifyAudit")
            .WithSummary("Whether each entry is what was written, and none is missing")
            .WithMetadata(new CostMetadata(RequestCost.Export))
            .ProducesValidationProblem();
    }

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> ListAuditAsync(
        [AsParameters] AuditQuery query, AuditQueries audit, CancellationToken cancellation, string? cursor = null,
        int? limit = null)
    {
        if (!Cursor.TryDecode<long?>(cursor, out var before))
        {
            return ListProblems.NotACursor();
        }

        var (filter, errors) = AuditFilter.Read(query);
        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var size = Cursor.Limit(limit);
        var rows = await audit.ListAsync(filter, before ?? long.MaxValue, size + 1, cancellation);
        return TypedResults.Ok(Page.From(rows, size, static entry => Cursor.Encode(entry.Id)));
    }

    /// <param name="format">csv or jsonl.</param>
    private static Results<PushStreamHttpResult, ProblemHttpResult> Export(
        [AsParameters] AuditQuery query, AuditQueries audit, HttpContext context, string format = "csv")
    {
        var (filter, errors) = AuditFilter.Read(query);
        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var entries = audit.StreamAsync(filter, context.RequestAborted);
        return format switch
        {
            "csv" => TypedResults.Stream(
                body => AuditExport.WriteCsvAsync(body, entries, context.RequestAborted), "text/csv; charset=utf-8", "audit.csv"),
            "jsonl" => TypedResults.Stream(
                body => AuditExport.WriteLinesAsync(body, entries, context.RequestAborted), "application/jsonl", "audit.jsonl"),
            _ => AuditProblems.NotAFormat(),
        };
    }

    /// <param name="entry">Number of an entry whose hash was kept elsewhere: in the service's log, or from an earlier answer.</param>
    /// <param name="hash">That hash.</param>
    private static async Task<Results<Ok<AuditVerification>, ProblemHttpResult>> VerifyAsync(
        AuditChain chain, CancellationToken cancellation, long? entry = null, string? hash = null)
    {
        if (entry is null && hash is null)
        {
            return TypedResults.Ok(await chain.VerifyAsync(null, cancellation));
        }

        return entry is { } id && HashOf(hash) is { } kept
            ? TypedResults.Ok(await chain.VerifyAsync((id, kept), cancellation))
            : AuditProblems.NotAnAnchor();
    }

    private static byte[]? HashOf(string? text) =>
        text is { Length: AuditHash.Length * 2 } && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
