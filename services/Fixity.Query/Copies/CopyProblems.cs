using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Copies;

/// <summary>Every expected failure of looking for copies.</summary>
internal static class CopyProblems
{
    public static ProblemHttpResult NoChecksum(long fileId) => Problem.Of(
        StatusCodes.Status409Conflict, "no-checksum", "What the file should hold is not known",
        $"File {fileId} was never read to its end, so nothing can be compared with it.");

    public static ProblemHttpResult Empty(long fileId) => Problem.Of(
        StatusCodes.Status409Conflict, "empty-file", "The file is empty",
        $"File {fileId} has no content that another could have a copy of.");
}
