using System.ComponentModel;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Paging;

namespace Fixity.Query.Changes;

/// <summary>HTTP surface of change events: a list for people and a feed for machines.</summary>
internal static class ChangeEndpoints
{
    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        var changes = routes.MapGroup("/changes").WithTags("Changes");

        changes.MapGet("", ListAsync)
            .WithName("listChanges")
            .WithSummary("What happened to files: newest first, or as a feed in the order of commits")
            .WithDescription(
                "With order=commit a durable feed, oldest first: nextCursor is always there, also on an empty page, and " +
                "nothing ever comes up behind it. Keep it once you have the page's items, and go on from it.")
            .Produces<Page<EcsChange>>(StatusCodes.Status200OK, ChangeFormats.EcsContentType)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, description, _) =>
            {
                ChangeFormats.Describe(operation, description.Document);
                return Task.CompletedTask;
            });
    }

    private static Task<IResult> ListAsync(
        ChangeQueries changes,
        ChangeFeed feed,
        HttpContext context,
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
        [Description("newest (unless said otherwise), or commit: the feed.")] string? order,
        [Description(
            "With order=commit: how long to wait for a change where there is none, such as 30s; at most 55s. The answer " +
            "comes as soon as there is one.")]
        string? wait,
        [Description(
            "json (unless said otherwise); ecs: items in the Elastic Common Schema; cef: lines of ArcSight's Common Event " +
            "Format, the cursor in the header X-Next-Cursor.")]
        string? format,
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
        var formatted = filters.Word("format", format, ChangeFormat.Json);
        var patience = filters.Seconds("wait", wait, ChangeFeed.LongestWait);
        var size = Cursor.Limit(limit);
        if (filters.Word("order", order, ChangeOrder.Newest) is ChangeOrder.Commit)
        {
            var after = filters.Cursor(cursor, ChangePosition.Start, ChangePosition.IsSound);
            return AnswerAsync(filters, async () =>
                await feed.ReadAsync(filter, after, size, patience ?? TimeSpan.Zero, cancellation) switch
                {
                    FeedAnswer.Found(var found, var next) =>
                        ChangeFormats.Write(formatted, new Page<ChangeView>(found, Cursor.Encode(next)), context),
                    FeedAnswer.Astray => ChangeProblems.CursorAstray(),
                    _ => ChangeProblems.TooManyWait(context.Response),
                });
        }

        if (patience is not null)
        {
            filters.Refuse("wait", "Only the feed waits: say order=commit too.");
        }

        var before = filters.Cursor(cursor, long.MaxValue);
        return AnswerAsync(filters, async () => ChangeFormats.Write(
            formatted,
            Page.From(
                await changes.PageAsync(filter, before, size, cancellation), size, change => Cursor.Encode(change.Id)),
            context));
    }

    private static async Task<IResult> AnswerAsync(FilterReader filters, Func<Task<IResult>> read) =>
        filters.Problem is { } problem ? problem : await read();
}
