using System.ComponentModel;
using Fixity.Query.Changes;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;
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
            .WithSummary("Files of the baseline, target by target in path order")
            .ProducesValidationProblem();

        files.MapGet("/{id:long}", GetAsync)
            .WithName("getFile")
            .WithSummary("One file and how it stands")
            .ProducesProblem(StatusCodes.Status404NotFound);

        files.MapGet("/{id:long}/history", ListHistoryAsync)
            .WithName("listFileHistory")
            .WithSummary("What happened to a file, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<FileView>>, ProblemHttpResult>> ListAsync(
        FileQueries files,
        int? target,
        [Description("A file, or a folder with everything below it; matched by whole segments.")] string? path,
        [Description("Text anywhere in the path, taken literally; ASCII letters match in either case.")] string? q,
        [Description(
            "Any of unknown, present, deleted, corrupted, unreadable, tampered, excluded; separated by commas.")]
        string? state,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = new FileFilter(
            target, filters.Path("path", path), filters.Contains("q", q), filters.Words<FileStanding>("state", state));
        var after = filters.Cursor(cursor, FileKey.First, FileKey.IsSound);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await files.PageAsync(filter, after, size, cancellation), size,
            file => Cursor.Encode(new FileKey(file.TargetId, file.Path))));
    }

    private static async Task<Results<Ok<FileView>, ProblemHttpResult>> GetAsync(
        long id, FileQueries files, CancellationToken cancellation) =>
        await files.FindAsync(id, cancellation) is { } file ? TypedResults.Ok(file) : FileProblems.NotFound(id);

    private static async Task<Results<Ok<Page<ChangeView>>, ProblemHttpResult>> ListHistoryAsync(
        long id,
        FileQueries files,
        ChangeQueries changes,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var before = filters.Cursor(cursor, long.MaxValue);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        if (await files.FindHistoryAsync(id, cancellation) is not [_, ..] ids)
        {
            return FileProblems.NotFound(id);
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await changes.PageAsync(new ChangeFilter { FileIds = ids }, before, size, cancellation), size,
            change => Cursor.Encode(change.Id)));
    }
}
