using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Targets;

/// <summary>Every expected failure of reading targets.</summary>
internal static class TargetProblems
{
    public static ProblemHttpResult NotFound(int id) => Problem.Of(
        StatusCodes.Status404NotFound, "target-not-found", "No such target", $"Target {id} does not exist or was deleted.");
}
