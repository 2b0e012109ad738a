using System.ComponentModel;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Changes;

/// <summary>HTTP surface of change events, for readers.</summary>
internal static class ChangeEndpoints
{
    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        var changes = routes.MapGroup("/changes").WithTags("Changes");

        changes.MapGet("", ListAsync)
            .WithName("listChanges")
            .WithSummary("What happened to files, newest first")
            .ProducesValidationProblem();
    }

    private static async Task<Results<Ok<Page<ChangeView>>, ProblemHttpResult>> ListAsync(
        ChangeQueries changes,
        int? target,
        long? scan,
        [Description(
            "Any of added, deleted, modified, moved, attributes, corrupted, restored, verified, accepted, tampered, " +
            "touched; separated by commas.")]
        string? type,
        [Description("A file, or a folder with everything below it; of a moved file also where it was.")] string? path,
        [Description("Detected at this time or later.")] DateTimeOffset? since,
        [Description("Detected before this time.")] DateTimeOffset? until,
        bool? acknowledged,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = new ChangeFilter(
            target,
            scan,
            FileIds: null,
            filters.Words<ChangeType>("type", type),
            filters.Path("path", path),
            since,
            until,
            acknowledged);
        var before = filters.Cursor(cursor, long.MaxValue);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(Page.From(
            await changes.PageAsync(filter, before, size, cancellation), size, change => Cursor.Encode(change.Id)));
    }
}
