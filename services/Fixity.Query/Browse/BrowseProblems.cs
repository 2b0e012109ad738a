using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Browse;

/// <summary>Every expected failure of reading a folder.</summary>
internal static class BrowseProblems
{
    public static ProblemHttpResult NotFound(string path) => Problem.Of(
        StatusCodes.Status404NotFound, "folder-not-found", "No such folder",
        $"Nothing is known of a folder '{path}' on this target: it has never held a file that was seen.");
}
