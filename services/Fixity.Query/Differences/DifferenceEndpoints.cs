using System.ComponentModel;
using Fixity.Core;
using Fixity.Data;
using Fixity.Query.Exports;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Fixity.Query.Differences;

/// <summary>HTTP surface of comparing a target with what it was: counted by folder, or file by file.</summary>
internal static class DifferenceEndpoints
{
    private const string FromDescription = "The first moment: what was found up to it, it included, is how it was.";
    private const string ToDescription = "The second; now, unless said.";

    private const string Meaning =
        "Each file counts once, by what became of it in the end: added and deleted again is nothing, modified twice is " +
        "modified, a moved file is the same file. Moments are those of Fixity: when a change was found. What the target's " +
        "patterns leave out or take in again is no change.";

    private static ProblemHttpResult[] Unknown =>
    [
        TargetProblems.NotFound(3),
        DifferenceProblems.NeverLooked(3),
        DifferenceProblems.BeforeFirstLook(3, DateTimeOffset.UnixEpoch),
        DifferenceProblems.Forgotten(3, DateTimeOffset.UnixEpoch),
    ];

    public static void MapDifferences(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/diff", CountAsync)
            .WithTags("Differences")
            .WithName("compareTarget")
            .WithSummary("What differs in a target between two moments, counted by folder")
            .WithDescription(Meaning)
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem()
            .WithProblems([.. Unknown, PagingProblems.BadCursor(), DifferenceProblems.TooMuch(), ExportProblems.Busy()]);

        routes.MapGet("/exports/diff", ExportAsync)
            .WithTags("Differences")
            .WithName("exportDifferences")
            .WithSummary("Every file that differs in a target between two moments")
            .WithDescription(Meaning)
            .ProducesRows<DifferenceView>()
            .WithProblems([.. Unknown, ExportProblems.Busy()]);
    }

    private static async Task<Results<Ok<DifferencePage>, ProblemHttpResult>> CountAsync(
        HttpContext context,
        ExportGate gate,
        SettingsReader settings,
        TimeProvider clock,
        int target,
        [Description(FromDescription)] DateTimeOffset from,
        [Description(ToDescription)] DateTimeOffset? to,
        [Description("A folder: what lies below it, by the folders in it.")] string? path,
        string? cursor,
        [Description(Limits.Description)] int? limit)
    {
        var filters = new FilterReader();
        var comparison = Read(filters, clock, target, from, to, path);
        var after = filters.Cursor(cursor, "", FilterReader.IsText);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        await using var export = await gate.TryBeginAsync(context, gate.Options.LongestCount);
        if (export is null)
        {
            return ExportProblems.Busy(context.Response);
        }

        try
        {
            if (await RefuseAsync(export, settings, clock, comparison) is { } refusal)
            {
                return refusal;
            }

            var counts = new FolderCounts(comparison.Path is { } folder ? folder + "/" : "", after, size);
            var events = await DifferenceQueries.EventsAsync(export.Snapshot, comparison, export.Stop);
            await foreach (var difference in FileFold.FoldAsync(events))
            {
                counts.Add(difference);
            }

            var page = Page.From(counts.Folders, size, found => Cursor.Encode(found.Path[(found.Path.LastIndexOf('/') + 1)..]));
            return TypedResults.Ok(new DifferencePage(
                comparison.TargetId, comparison.From, comparison.To, comparison.Path, counts.Total, counts.Here,
                page.Items, page.NextCursor));
        }
        catch (Exception e) when (export.TookTooLong
            && e is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
        {
            return DifferenceProblems.TooMuch();
        }
    }

    private static async Task<IResult> ExportAsync(
        HttpContext context,
        ExportGate gate,
        SettingsReader settings,
        TimeProvider clock,
        int target,
        [Description(FromDescription)] DateTimeOffset from,
        [Description(ToDescription)] DateTimeOffset? to,
        [Description("A file, or a folder with everything below it; of a moved file also where it was.")] string? path,
        [Description(ExportFormats.Description)] string? format)
    {
        var filters = new FilterReader();
        var comparison = Read(filters, clock, target, from, to, path);
        var written = filters.Word("format", format, ExportFormat.Csv);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        await using var export = await gate.TryBeginAsync(context, gate.Options.Longest);
        if (export is null)
        {
            return ExportProblems.Busy(context.Response);
        }

        if (await RefuseAsync(export, settings, clock, comparison) is { } refusal)
        {
            return refusal;
        }

        var events = await DifferenceQueries.EventsAsync(export.Snapshot, comparison, export.Stop);
        var rows = FileFold.FoldAsync(events).Where(row => IsAsked(comparison.Path, row));
        return await export.SendAsync(
            written.ContentType(), ExportEndpoints.FileName(context, "diff", written.Extension()), (output, stop) =>
                export.WriteRowsAsync(
                    output,
                    RowWriter<DifferenceView>.Of(
                        written, output, DifferenceCsv.Columns, ExportEndpoints.JsonOf(context)),
                    rows, stop));
    }

    private static Comparison Read(
        FilterReader filters, TimeProvider clock, int target, DateTimeOffset from, DateTimeOffset? to, string? path)
    {
        var comparison = new Comparison(
            target, from.ToUniversalTime(), to?.ToUniversalTime() ?? clock.GetUtcNow(), filters.Path("path", path));
        if (comparison.From >= comparison.To)
        {
            filters.Refuse("from", to is null ? "A moment that has passed." : "A moment before 'to'.");
        }

        return comparison;
    }

    /// <returns>Why the first moment is out of reach; null: it is not.</returns>
    private static async Task<ProblemHttpResult?> RefuseAsync(
        Export export, SettingsReader settings, TimeProvider clock, Comparison comparison)
    {
        if (await DifferenceQueries.PastAsync(export.Snapshot, comparison.TargetId, export.Stop) is not { } past)
        {
            return TargetProblems.NotFound(comparison.TargetId);
        }

        if (past.FirstLook is not { } firstLook)
        {
            return DifferenceProblems.NeverLooked(comparison.TargetId);
        }

        var kept = clock.GetUtcNow().AddDays(-(past.RetentionDays ?? settings.Current.Of(Settings.RetentionDays)));
        return comparison.From < kept && kept > firstLook ? DifferenceProblems.Forgotten(comparison.TargetId, kept)
            : comparison.From < firstLook ? DifferenceProblems.BeforeFirstLook(comparison.TargetId, firstLook)
            : null;
    }

    private static bool IsAsked(string? path, DifferenceView row) =>
        path is null || IsAtOrBelow(row.Path, path) || (row.PreviousPath is { } previous && IsAtOrBelow(previous, path));

    private static bool IsAtOrBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');
}
