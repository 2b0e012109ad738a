using System.ComponentModel;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;

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
            .KeptTo(TargetIn.Query)
            .WithDescription(
                "With order=commit a durable feed, oldest first: nextCursor is always there, also on an empty page, and " +
                "nothing ever comes up behind it. Keep it once you have the page's items, and go on from it.")
            .Produces<Page<EcsChange>>(StatusCodes.Status200OK, ChangeFormats.EcsContentType)
            .ProducesValidationProblem()
            .WithProblems(PagingProblems.BadCursor(), ChangeProblems.CursorAstray(), ChangeProblems.TooManyWait())
            .AddOpenApiOperationTransformer(async (operation, description, cancellation) =>
            {
                // No other operation answers it, so that nothing else brings its schema into the document.
                var page = await description.GetOrCreateSchemaAsync(typeof(Page<ChangeView>), null, cancellation);
                description.Document!.AddComponent(ChangeFormats.PageSchema, page);
                ChangeFormats.Describe(operation, description.Document);
            });
    }

    private static Task<IResult> ListAsync(
        ChangeQueries changes,
        ChangeFeed feed,
        HttpContext context,
        [AsParameters] ChangeFilterQuery asked,
        [Description("-detectedAt (unless said otherwise), or detectedAt: the oldest first.")] string? sort,
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
        var filter = asked.Read(filters);
        var formatted = filters.Word("format", format, ChangeFormat.Json);
        var patience = filters.Seconds("wait", wait, ChangeFeed.LongestWait);
        var size = Cursor.Limit(limit);
        if (filters.Word("order", order, ChangeOrder.Newest) is ChangeOrder.Commit)
        {
            if (!string.IsNullOrEmpty(sort))
            {
                filters.Refuse("sort", "The feed has an order of its own: leave out sort= or order=.");
            }

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

        var sorting = filters.Sort(sort, ChangeKey.NewestFirst);
        var from = filters.Cursor(cursor, ChangeKey.None, ChangeKey.IsOf(sorting));
        return AnswerAsync(filters, async () => ChangeFormats.Write(
            formatted,
            Page.From(
                await changes.PageAsync(filter, sorting, from, size, cancellation), size,
                change => Cursor.Encode(ChangeKey.Of(change, sorting))),
            context));
    }

    private static async Task<IResult> AnswerAsync(FilterReader filters, Func<Task<IResult>> read) =>
        filters.Problem is { } problem ? problem : await read();
}
