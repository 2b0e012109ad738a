using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Fixity.Query.Changes;
using Fixity.Query.Files;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Npgsql;

namespace Fixity.Query.Exports;

/// <summary>HTTP surface of exports: everything that a list holds, in one answer of any length.</summary>
internal static class ExportEndpoints
{
    private const string CutOff =
        "As it was at one moment, however long it takes to send. An answer whose end is missing (the connection breaks) " +
        "is not whole. A cell of CSV that a spreadsheet would run begins with an apostrophe.";

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        var exports = routes.MapGroup("/exports").WithTags("Exports");

        exports.MapGet("/files", ExportFilesAsync)
            .WithName("exportFiles")
            .WithSummary("All files that the filters of the list choose, target by target in path order")
            .WithDescription(CutOff)
            .ProducesRows<FileView>()
            .WithProblems(ExportProblems.Busy());

        exports.MapGet("/changes", ExportChangesAsync)
            .WithName("exportChanges")
            .WithSummary("All changes that the filters of the list choose, newest first")
            .WithDescription(CutOff)
            .ProducesRows<ChangeView>()
            .WithProblems(ExportProblems.Busy());
    }

    /// <summary>Says what an export answers: the same rows in three formats.</summary>
    public static RouteHandlerBuilder ProducesRows<T>(this RouteHandlerBuilder route) => route
        .KeptTo(TargetIn.Query)
        .Produces<IReadOnlyList<T>>(StatusCodes.Status200OK, ExportFormats.Json)
        .ProducesValidationProblem()
        .AddOpenApiOperationTransformer(static (operation, _, _) =>
        {
            var answer = (OpenApiResponse)operation.Responses!["200"];
            foreach (var type in new[] { "text/csv", ExportFormats.Jsonl })
            {
                answer.Content![type] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            }

            return Task.CompletedTask;
        });

    /// <summary>Sends rows in the format asked for, or says that too many do so.</summary>
    /// <param name="name">Begins the name of the file that a browser saves.</param>
    /// <param name="declare">The statement, which begins with <see cref="ReadSnapshot.Declare"/>.</param>
    private static async Task<IResult> SendAsync<T>(
        HttpContext context, string name, ExportFormat format, IReadOnlyList<CsvColumn<T>> columns, NpgsqlCommand declare,
        Func<NpgsqlDataReader, T> read)
    {
        await using var statement = declare;
        var gate = context.RequestServices.GetRequiredService<ExportGate>();
        await using var export = await gate.TryBeginAsync(context, gate.Options.Longest);
        if (export is null)
        {
            return ExportProblems.Busy(context.Response);
        }

        await export.Snapshot.OpenCursorAsync(declare, export.Stop);
        return await export.SendAsync(format.ContentType(), FileName(context, name, format.Extension()), (output, stop) =>
            export.WriteRowsAsync(
                output, RowWriter<T>.Of(format, output, columns, JsonOf(context)), export.Snapshot.RowsAsync(read, stop),
                stop));
    }

    /// <summary>Such as <c>fixity-files-20261121T184742Z.csv</c>.</summary>
    internal static string FileName(HttpContext context, string name, string extension)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"fixity-{name}-{now:yyyyMMdd'T'HHmmss'Z'}.{extension}");
    }

    internal static JsonSerializerOptions JsonOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

    private static async Task<IResult> ExportFilesAsync(
        HttpContext context,
        [AsParameters] FileFilterQuery asked,
        [Description(ExportFormats.Description)] string? format)
    {
        var filters = new FilterReader();
        var filter = asked.Read(filters);
        var written = filters.Word("format", format, ExportFormat.Csv);
        return filters.Problem is { } problem
            ? problem
            : await SendAsync(context, "files", written, FileExport.Columns, FileExport.Of(filter), FileExport.Read);
    }

    private static async Task<IResult> ExportChangesAsync(
        HttpContext context,
        ChangeQueries changes,
        [AsParameters] ChangeFilterQuery asked,
        [Description(ExportFormats.Description)] string? format,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var filter = asked.Read(filters);
        var written = filters.Word("format", format, ExportFormat.Csv);
        return filters.Problem is { } problem
            ? problem
            : await SendAsync(
                context, "changes", written, ChangeExport.Columns(JsonOf(context)),
                ChangeExport.Of(await changes.WithinScanAsync(filter, cancellation)), ChangeQueries.ReadChange);
    }
}
