using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Scans;

/// <summary>Every expected failure of reading scans.</summary>
internal static class ScanProblems
{
    public static ProblemHttpResult NotFound(long id) => Problem.Of(
        StatusCodes.Status404NotFound, "scan-not-found", "No such scan", $"Scan {id} does not exist.");
}
