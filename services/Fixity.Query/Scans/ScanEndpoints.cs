using System.ComponentModel;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
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
            .WithSummary("Scans, newest first unless said otherwise")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor(), PagingProblems.TooSlow());

        scans.MapGet("/{id:long}", GetAsync)
            .WithName("getScan")
            .WithSummary("One scan with its segments and how its storage stands")
            .KeptToTargetOfScan()
            .WithProblems(ScanProblems.NotFound(17));

        scans.MapGet("/{id:long}/errors", ListErrorsAsync)
            .WithName("listScanErrors")
            .WithSummary("What a scan could not look at, and what it never opens (kind skipped, the first thousand), as met")
            .KeptToTargetOfScan()
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor(), PagingProblems.TooSlow(), ScanProblems.NotFound(17));
    }

    private static async Task<Results<Ok<Page<ScanView>>, ProblemHttpResult>> ListAsync(
        ScanQueries scans,
        int? target,
        [Description("Any of queued, running, paused, completed, partial, failed, cancelled; separated by commas.")]
        string? status,
        [Description("Requested at this time or later.")] DateTimeOffset? since,
        [Description("Requested before this time.")] DateTimeOffset? until,
        [Description(
            "-requestedAt (unless said otherwise), startedAt or duration; with a minus in front the latest or longest first. " +
            "What has not started, or not ended, is not among those sorted by it.")]
        string? sort,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = new ScanFilter(target, filters.Words<ScanStatus>("status", status), since, until);
        var sorting = filters.Sort(sort, new Sorting<ScanOrder>(ScanOrder.RequestedAt, IsDescending: true));
        var after = filters.Cursor(cursor, ScanKey.Before(sorting), key => key.Sort == sorting.ToString());
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var rows = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await scans.PageAsync(filter, sorting, after, rows, cancellation), rows,
            scan => Cursor.Encode(ScanKey.Of(scan, sorting))));
    }

    private static async Task<Results<Ok<ScanView>, ProblemHttpResult>> GetAsync(
        long id, ScanQueries scans, CancellationToken cancellation) =>
        await scans.FindAsync(id, cancellation) is { } scan ? TypedResults.Ok(scan) : ScanProblems.NotFound(id);

    private static async Task<Results<Ok<Page<ScanErrorView>>, ProblemHttpResult>> ListErrorsAsync(
        long id,
        ScanQueries scans,
        [Description("Only what is never opened, or only what went wrong; both by default.")] bool? skipped,
        [Description("A word, such as directory_unreadable.")] string? kind,
        [Description("A file, or a folder with everything below it.")] string? path,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = new ScanErrorFilter(skipped, filters.Text("kind", kind), filters.Path("path", path));
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
            await scans.ErrorsAsync(id, filter, after, rows, cancellation), rows, error => Cursor.Encode(error.Id)));
    }
}
