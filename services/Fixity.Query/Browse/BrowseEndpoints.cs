using System.ComponentModel;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Browse;

/// <summary>HTTP surface of folders: what lies in one, and what lies below each of those in it.</summary>
internal static class BrowseEndpoints
{
    public static void MapBrowse(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/browse").WithTags("Files").MapGet("", BrowseAsync)
            .WithName("browse")
            .WithSummary("One folder of a target: its files and folders, with sums of what lies below each")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor(), TargetProblems.NotFound(3), BrowseProblems.NotFound("photos/2024"));

    private static async Task<Results<Ok<BrowseView>, ProblemHttpResult>> BrowseAsync(
        BrowseQueries browse,
        int? target,
        [Description("The folder; the root of the target unless it is given.")] string? path,
        [Description("folders (unless said otherwise): folders before files; name: both by path.")] string? sort,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var folder = filters.Path("path", path) ?? "";
        var order = filters.Word("sort", sort, EntryOrder.Folders);
        var from = filters.Cursor(cursor, BrowseKey.First, BrowseKey.IsSound);
        if (target is null)
        {
            filters.Refuse("target", "Say which target.");
        }

        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var targetId = target.GetValueOrDefault();
        if (await browse.FindAsync(targetId, folder, cancellation) is not { } found)
        {
            return TargetProblems.NotFound(targetId);
        }

        if (!found.Exists && folder.Length > 0)
        {
            return BrowseProblems.NotFound(folder);
        }

        var (entries, next) = await browse.PageAsync(
            targetId, folder, order, from, Cursor.Limit(limit), cancellation);
        return TypedResults.Ok(new BrowseView(
            targetId, found.TargetName, folder, found.AsOf, found.Unknown, found.Sums, entries,
            next is null ? null : Cursor.Encode(next)));
    }
}
