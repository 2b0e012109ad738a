using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scanner.Changes;

/// <summary>Every expected failure of accepting and acknowledging, as RFC 9457 problem details.</summary>
internal static class ChangeProblems
{
    public static ProblemHttpResult FileNotFound(long fileId) => Problem.Of(
        StatusCodes.Status404NotFound, "file-not-found", "No such file",
        $"File {fileId} does not exist.");

    public static ProblemHttpResult FileNotCorrupted(long fileId) => Problem.Of(
        StatusCodes.Status409Conflict, "file-not-corrupted", "There is nothing to accept",
        $"File {fileId} holds what its baseline says, and no change of it waits for an answer.");
}
