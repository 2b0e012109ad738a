using System.ComponentModel;
using System.Globalization;
using System.IO.Pipelines;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.OpenApi;

namespace Fixity.Query.Exports.Manifests;

/// <summary>HTTP surface of manifests: what should be there, in the words of tools that check it without Fixity.</summary>
internal static class ManifestEndpoints
{
    private const string ListedTrailer = "Fixity-Listed";
    private const string DamagedTrailer = "Fixity-Damaged";
    private const string LeftOutTrailer = "Fixity-Left-Out";

    private const int FilesAFlush = 256;

    public static void MapManifests(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/exports/manifest", ExportAsync)
            .WithTags("Exports")
            .WithName("exportManifest")
            .WithSummary("A target or folder as a list of checksums that other tools verify")
            .WithDescription(
                "Lists every file of the baseline with the checksum that it should have, a damaged one too: the check of " +
                "it fails, which is the point. Names are relative to the folder asked for. What cannot be listed is named " +
                "in comments (in a bag: left-out.txt) and counted in the trailers Fixity-Listed, Fixity-Damaged and " +
                "Fixity-Left-Out. A bag comes without its payload: put the folder beside it as data/.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .ProducesValidationProblem()
            .KeptTo(TargetIn.Query)
            .WithProblems(
                TargetProblems.NotFound(3), ManifestProblems.NothingThere("photos/2024"),
                ManifestProblems.OtherAlgorithm(ManifestFormat.Sha256sum, 3, ChecksumAlgorithm.Blake3),
                ManifestProblems.Incomplete(7), ExportProblems.Busy())
            .AddOpenApiOperationTransformer(static (operation, _, _) =>
            {
                var answer = (OpenApiResponse)operation.Responses!["200"];
                answer.Content!["application/zip"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                };
                return Task.CompletedTask;
            });

    private static async Task<IResult> ExportAsync(
        HttpContext context,
        ExportGate gate,
        TimeProvider clock,
        int target,
        [Description("A file, or a folder with everything below it; matched by whole segments.")] string? path,
        [Description("sha256sum, b3sum, md5sum, hashdeep or bagit: the one that takes the target's algorithm.")]
        string format,
        [Description("List what can be listed, where b3sum cannot say what is left out.")] bool? incomplete)
    {
        var filters = new FilterReader();
        var folder = filters.Path("path", path);
        var wanted = filters.Word("format", format, default(ManifestFormat));
        if (wanted == default && filters.Problem is null)
        {
            filters.Refuse("format", $"One of {Words<ManifestFormat>.Listed}.");
        }

        if (filters.Problem is { } problem)
        {
            return problem;
        }

        await using var export = await gate.TryBeginAsync(context, gate.Options.Longest);
        if (export is null)
        {
            return ExportProblems.Busy(context.Response);
        }

        if (await ManifestFiles.FindAsync(export.Snapshot, target, folder, clock.GetUtcNow(), export.Stop) is not { } of)
        {
            return TargetProblems.NotFound(target);
        }

        if (!wanted.Algorithms().Contains(of.Algorithm))
        {
            return ManifestProblems.OtherAlgorithm(wanted, of.TargetId, of.Algorithm);
        }

        if (!await ManifestFiles.HasAnyAsync(export.Snapshot, of, export.Stop))
        {
            return ManifestProblems.NothingThere(folder);
        }

        if (!wanted.HasComments() && incomplete != true
            && await ManifestFiles.CountLeftOutAsync(export.Snapshot, of, export.Stop) is > 0 and var leftOut)
        {
            return ManifestProblems.Incomplete(leftOut);
        }

        return await SendAsync(context, export, wanted, of);
    }

    private static async Task<IResult> SendAsync(
        HttpContext context, Export export, ManifestFormat format, ManifestOf of)
    {
        var response = context.Response;
        var hasTrailers = response.SupportsTrailers();
        if (hasTrailers)
        {
            response.DeclareTrailer(ListedTrailer);
            response.DeclareTrailer(DamagedTrailer);
            response.DeclareTrailer(LeftOutTrailer);
        }

        var name = ExportEndpoints.FileName(
            context, string.Create(CultureInfo.InvariantCulture, $"target-{of.TargetId}"), format.Extension());
        return await export.SendAsync(format.ContentType(), name, async (output, stop) =>
        {
            var totals = format == ManifestFormat.Bagit
                ? await new BagWriter(export.Snapshot, of).WriteAsync(output, stop)
                : await WriteLinesAsync(output, export, format, of, stop);
            if (hasTrailers)
            {
                response.AppendTrailer(ListedTrailer, totals.Listed.ToString(CultureInfo.InvariantCulture));
                response.AppendTrailer(DamagedTrailer, totals.Damaged.ToString(CultureInfo.InvariantCulture));
                response.AppendTrailer(LeftOutTrailer, totals.LeftOut.ToString(CultureInfo.InvariantCulture));
            }
        });
    }

    private static async Task<ManifestTotals> WriteLinesAsync(
        PipeWriter output, Export export, ManifestFormat format, ManifestOf of, CancellationToken stop)
    {
        var totals = new ManifestTotals();
        var lines = ManifestWriter.For(format, output, of);
        lines.Begin();
        await Export.FlushAsync(output, stop);
        await foreach (var entry in await ManifestFiles.ReadAsync(export.Snapshot, of, stop))
        {
            if (ManifestRules.Judge(format, entry) is not LeftOut.No and var reason)
            {
                lines.LeaveOut(entry, reason);
                totals.Omit();
                continue;
            }

            if (entry.DamagedSince is not null)
            {
                lines.NoteDamage(entry);
            }

            lines.Write(entry);
            totals.Add(entry);
            if (totals.Listed % FilesAFlush == 0)
            {
                await Export.FlushAsync(output, stop);
            }
        }

        lines.End(totals);
        return totals;
    }
}
