using System.ComponentModel;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Scans;

/// <summary>HTTP surface of scans, for readers.</summary>
internal static class ScanEndpoints
{
    public static void MapScans(this IEndpointRouteBuilder routes)
    {
        var scans = routes.MapGroup("/scans").WithTags("Scans");

        scans.MapGet("", ListAsync)
            .WithName("listScans")
            .WithSummary("Scans, newest first")
            .ProducesValidationProblem();

        scans.MapGet("/{id:long}", GetAsync)
            .WithName("getScan")
            .WithSummary("One scan with its segments and how its storage stands")
            .ProducesProblem(StatusCodes.Status404NotFound);

        scans.MapGet("/{id:long}/errors", ListErrorsAsync)
            .WithName("listScanErrors")
            .WithSummary("What a scan could not look at, and what it never opens (kind skipped, the first thousand), as met")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<ScanView>>, ProblemHttpResult>> ListAsync(
        ScanQueries scans,
        int? target,
        [Description("Any of queued, running, paused, completed, partial, failed, cancelled; separated by commas.")]
        string? status,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var statuses = filters.Words<ScanStatus>("status", status);
        var before = filters.Cursor(cursor, long.MaxValue);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var rows = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await scans.PageAsync(target, statuses, before, rows, cancellation), rows, scan => Cursor.Encode(scan.Id)));
    }

    private static async Task<Results<Ok<ScanView>, ProblemHttpResult>> GetAsync(
        long id, ScanQueries scans, CancellationToken cancellation) =>
        await scans.FindAsync(id, cancellation) is { } scan ? TypedResults.Ok(scan) : ScanProblems.NotFound(id);

    private static async Task<Results<Ok<Page<ScanErrorView>>, ProblemHttpResult>> ListErrorsAsync(
        long id,
        ScanQueries scans,
        [Description("Only what is never opened, or only what went wrong; both by default.")] bool? skipped,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var after = filters.Cursor(cursor, 0L);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        if (!await scans.ExistsAsync(id, cancellation))
        {
            return ScanProblems.NotFound(id);
        }

        var rows = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await scans.ErrorsAsync(id, skipped, after, rows, cancellation), rows, error => Cursor.Encode(error.Id)));
    }
}
