using System.ComponentModel;
using System.Security.Claims;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
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
            .WithSummary("What is watched, by name unless said otherwise")
            .KeptTo(TargetIn.Rows)
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor());

        targets.MapGet("/{id:int}", GetAsync)
            .WithName("getTarget")
            .WithSummary("One target and how it stands")
            .KeptTo(TargetIn.Path)
            .WithProblems(TargetProblems.NotFound(3));
    }

    private static async Task<Results<Ok<Page<TargetView>>, ProblemHttpResult>> ListAsync(
        TargetQueries targets,
        [Description("Any of local, nfs, smb, s3, docker, agent; separated by commas.")] string? type,
        [Description("Any of unknown, online, offline, degraded, denied; separated by commas.")] string? state,
        bool? enabled,
        [Description("Text anywhere in the name, taken literally; ASCII letters match in either case.")] string? q,
        [Description("name (unless said otherwise), createdAt, filesPresent or bytesPresent; with a minus in front the other way.")]
        string? sort,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        ClaimsPrincipal caller,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = new TargetFilter(
            filters.Words<TargetType>("type", type), filters.Words<TargetState>("state", state), enabled,
            filters.Contains("q", q));
        var sorting = filters.Sort(sort, new Sorting<TargetOrder>(TargetOrder.Name, IsDescending: false));
        var after = filters.Cursor(cursor, TargetKey.Before(sorting), key => key.IsSound(sorting));
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        var page = Page.From(
            await targets.PageAsync(caller.Targets(), filter, sorting, after, size, cancellation), size,
            row => Cursor.Encode(new TargetKey(sorting.ToString(), row.SortValue, row.SortName)));
        return TypedResults.Ok(new Page<TargetView>([.. page.Items.Select(row => row.View)], page.NextCursor));
    }

    private static async Task<Results<Ok<TargetView>, ProblemHttpResult>> GetAsync(
        int id, TargetQueries targets, CancellationToken cancellation) =>
        await targets.FindAsync(id, cancellation) is { } target
            ? TypedResults.Ok(target)
            : TargetProblems.NotFound(id);
}
