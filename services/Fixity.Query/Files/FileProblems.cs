using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Files;

/// <summary>Every expected failure of reading files.</summary>
internal static class FileProblems
{
    public static ProblemHttpResult NotFound(long id) => Problem.Of(
        StatusCodes.Status404NotFound, "file-not-found", "No such file", $"File {id} is not in any baseline.");
}
