using System.ComponentModel;
using Fixity.Query.Files;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Copies;

/// <summary>HTTP surface of same content in several places: as waste, and as rescue.</summary>
internal static class CopyEndpoints
{
    private const int FilesAGroup = 10;

    public static void MapCopies(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/duplicates", ListDuplicatesAsync)
            .WithTags("Copies")
            .WithName("listDuplicates")
            .WithSummary("Contents that are there more than once, biggest waste first")
            .WithDescription(
                "Counted over present files with a checksum and at least one byte, and kept for a while: see asOf. With " +
                "target only copies within that target count.")
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor());

        routes.MapGet("/files/{id:long}/copies", ListCopiesAsync)
            .WithTags("Copies")
            .WithName("listFileCopies")
            .WithSummary("Other files that hold what this one should, intact as far as is known; last verified first")
            .WithProblems(
                PagingProblems.BadCursor(), FileProblems.NotFound(4711), CopyProblems.NoChecksum(4711), CopyProblems.Empty(4711));
    }

    private static async Task<Results<Ok<DuplicatePage>, ProblemHttpResult>> ListDuplicatesAsync(
        DuplicateTallies tallies,
        CopyQueries copies,
        [Description("Copies within this target alone; else over all targets.")] int? target,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var after = filters.Cursor(cursor, DuplicateKey.First, DuplicateKey.IsSound);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        var tally = await tallies.OfAsync(target, cancellation);
        var page = Page.From(
            [.. tally.Kept.SkipWhile(group => !IsAfter(group, after)).Take(size + 1)], size,
            group => Cursor.Encode(new DuplicateKey(group.WastedBytes, Convert.ToHexStringLower(group.Checksum))));
        var files = await copies.FilesAsync(page.Items, target, FilesAGroup, cancellation);
        return TypedResults.Ok(new DuplicatePage(
            tally.AsOf, tally.Groups, tally.WastedBytes, tally.Groups > tally.Kept.Count,
            [.. page.Items.Select((group, index) => ViewOf(group, [.. files[index]]))], page.NextCursor));
    }

    private static async Task<Results<Ok<Page<CopyView>>, ProblemHttpResult>> ListCopiesAsync(
        long id,
        CopyQueries copies,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var before = filters.Cursor(cursor, CopyKey.First, CopyKey.IsSound);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        if (await copies.ContentAsync(id, cancellation) is not { } content)
        {
            return FileProblems.NotFound(id);
        }

        if (content.Checksum is null || content.Size == 0)
        {
            return content.Checksum is null ? CopyProblems.NoChecksum(id) : CopyProblems.Empty(id);
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await copies.PageAsync(content, before, size, cancellation), size,
            copy => Cursor.Encode(new CopyKey(copy.VerifiedAt ?? CopyKey.Never, copy.Id))));
    }

    private static bool IsAfter(DuplicateGroup group, DuplicateKey key) =>
        group.WastedBytes < key.WastedBytes
        || (group.WastedBytes == key.WastedBytes
            && string.CompareOrdinal(Convert.ToHexStringLower(group.Checksum), key.Checksum) > 0);

    private static DuplicateView ViewOf(DuplicateGroup group, IReadOnlyList<DuplicateFile> files) => new(
        group.Algorithm, Convert.ToHexStringLower(group.Checksum), group.Size, group.Copies, group.WastedBytes,
        group.AcrossTargets, files);
}
