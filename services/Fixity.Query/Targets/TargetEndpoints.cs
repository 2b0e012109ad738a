using System.ComponentModel;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Targets;

/// <summary>HTTP surface of targets, for readers.</summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder routes)
    {
        var targets = routes.MapGroup("/targets").WithTags("Targets");

        targets.MapGet("", ListAsync)
            .WithName("listTargets")
            .WithSummary("What is watched, by name")
            .ProducesProblem(StatusCodes.Status400BadRequest);

        targets.MapGet("/{id:int}", GetAsync)
            .WithName("getTarget")
            .WithSummary("One target and how it stands")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<TargetView>>, ProblemHttpResult>> ListAsync(
        TargetQueries targets,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var after = filters.Cursor(cursor, "", FilterReader.IsText);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        var page = Page.From(
            await targets.PageAsync(after, size, cancellation), size, row => Cursor.Encode(row.SortKey));
        return TypedResults.Ok(new Page<TargetView>([.. page.Items.Select(row => row.View)], page.NextCursor));
    }

    private static async Task<Results<Ok<TargetView>, ProblemHttpResult>> GetAsync(
        int id, TargetQueries targets, CancellationToken cancellation) =>
        await targets.FindAsync(id, cancellation) is { } target
            ? TypedResults.Ok(target)
            : TargetProblems.NotFound(id);
}
