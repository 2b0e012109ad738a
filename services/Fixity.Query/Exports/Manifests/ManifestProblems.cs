using System.Globalization;
using Fixity.Core;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Exports.Manifests;

/// <summary>Every expected failure of manifests.</summary>
internal static class ManifestProblems
{
    public static ProblemHttpResult NothingThere(string? path) => Problem.Of(
        StatusCodes.Status404NotFound, "nothing-there", "No file to list",
        path is null ? "The target has no file in its baseline." : $"The baseline has no file at or below '{path}'.");

    public static ProblemHttpResult OtherAlgorithm(ManifestFormat format, int targetId, ChecksumAlgorithm algorithm) => Problem.Of(
        StatusCodes.Status409Conflict, "other-algorithm", "The target's checksums are not what this format takes",
        $"Target {targetId} keeps {algorithm.Name()}, and {Words<ManifestFormat>.Write(format)} takes "
        + string.Join(" or ", format.Algorithms().Select(taken => taken.Name()))
        + ". Ask for " + string.Join(" or ", Enum.GetValues<ManifestFormat>()
            .Where(other => other.Algorithms().Contains(algorithm)).Select(Words<ManifestFormat>.Write)) + ".");

    public static ProblemHttpResult Incomplete(long leftOut) => Problem.Of(
        StatusCodes.Status409Conflict, "manifest-incomplete", "Some files cannot be in this manifest",
        string.Create(CultureInfo.InvariantCulture, $"{leftOut} files were never read to their end, not since the ")
        + "algorithm changed, or have names that are not UTF-8, and this format cannot say so. With incomplete=true the "
        + "others are listed.");
}
