using System.ComponentModel;
using Fixity.Query.Changes;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Files;

/// <summary>HTTP surface of files and of what happened to each.</summary>
internal static class FileEndpoints
{
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var files = routes.MapGroup("/files").WithTags("Files");

        files.MapGet("", ListAsync)
            .WithName("listFiles")
            .WithSummary("Files of the baseline, target by target in path order unless said otherwise")
            .WithDescription(
                "A text of fewer than three letters or digits in a row is looked for within one target, as is any text " +
                "where the list is sorted by something else than the path.")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor(), PagingProblems.TooSlow());

        files.MapGet("/{id:long}", GetAsync)
            .WithName("getFile")
            .WithSummary("One file and how it stands")
            .KeptToTargetOfFile()
            .WithProblems(FileProblems.NotFound(4711));

        files.MapGet("/{id:long}/history", ListHistoryAsync)
            .WithName("listFileHistory")
            .WithSummary("The whole life of a file: how it began, and what happened to it, newest first")
            .KeptToTargetOfFile()
            .WithProblems(PagingProblems.BadCursor(), FileProblems.NotFound(4711));
    }

    private static async Task<Results<Ok<Page<FileView>>, ProblemHttpResult>> ListAsync(
        FileQueries files,
        [AsParameters] FileFilterQuery asked,
        [Description(
            "path (unless said otherwise), size, mtime or verifiedAt; with a minus in front the largest or latest first. " +
            "Never verified comes before all times.")]
        string? sort,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = asked.Read(filters);
        var sorting = filters.Sort(sort, new Sorting<FileOrder>(FileOrder.Path, IsDescending: false));
        if (filter.IsSearch && filter.TargetId is null)
        {
            RefuseWithoutTarget(filters, asked, sorting);
        }

        var after = filters.Cursor(cursor, FileKey.Before(sorting), key => key.IsSound(sorting));
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await files.PageAsync(filter, sorting, after, size, cancellation), size,
            file => Cursor.Encode(FileKey.Of(file, sorting))));
    }

    // What no index finds: all files of all targets would be looked at, or sorted.
    private static void RefuseWithoutTarget(FilterReader filters, FileFilterQuery asked, Sorting<FileOrder> sorting)
    {
        if (sorting.By != FileOrder.Path)
        {
            filters.Refuse("sort", "What is found by text is sorted by path, or within one target: add target=.");
        }

        if (asked.Q is { Length: > 0 } && !FilterReader.HasTrigram(asked.Q))
        {
            filters.Refuse("q", "Fewer than three letters or digits in a row are looked for in one target: add target=.");
        }
    }

    private static async Task<Results<Ok<FileView>, ProblemHttpResult>> GetAsync(
        long id, FileQueries files, CancellationToken cancellation) =>
        await files.FindAsync(id, cancellation) is { } file ? TypedResults.Ok(file) : FileProblems.NotFound(id);

    private static async Task<Results<Ok<FileHistory>, ProblemHttpResult>> ListHistoryAsync(
        long id,
        HistoryQueries histories,
        ChangeQueries changes,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var before = filters.Cursor(cursor, ChangeKey.None, ChangeKey.IsOf(ChangeKey.NewestFirst));
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        if (await histories.FindAsync(id, cancellation) is not { } life)
        {
            return FileProblems.NotFound(id);
        }

        var size = Cursor.Limit(limit);
        var page = Page.From(
            await changes.PageAsync(
                new ChangeFilter { FileIds = life.EventIds }, ChangeKey.NewestFirst, before, size, cancellation),
            size, change => Cursor.Encode(ChangeKey.Of(change, ChangeKey.NewestFirst)));
        return TypedResults.Ok(new FileHistory(
            life.FirstSeenAt, life.FirstScanId, life.FirstScanIsBaseline, life.FirstPath, life.VerifiedAt, page.Items,
            page.NextCursor));
    }
}
