using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Targets;

/// <summary>Every expected failure of the target API.</summary>
internal static class TargetProblems
{
    public static ProblemHttpResult NotFound(int targetId) => Problem.Of(
        StatusCodes.Status404NotFound, "target-not-found", "No such target",
        $"Target {targetId} does not exist or was deleted.");

    public static ProblemHttpResult NameTaken(string name) => Problem.Of(
        StatusCodes.Status409Conflict, "target-name-taken", "The name is taken",
        $"Another target is named '{name}'; choose another name.");

    public static ProblemHttpResult ChangedMeanwhile(int targetId) => Problem.Of(
        StatusCodes.Status409Conflict, "target-changed", "The target was changed meanwhile",
        $"Somebody else changed or deleted target {targetId} at the same moment; look at it and try again.");

    public static ProblemHttpResult Disabled(int targetId) => Problem.Of(
        StatusCodes.Status409Conflict, "target-disabled", "The target is disabled",
        $"Target {targetId} is disabled; enable it to scan it.");

    public static ProblemHttpResult ScanActive(int targetId) => Problem.Of(
        StatusCodes.Status409Conflict, "scan-active", "A scan of this target is waiting or running",
        $"Target {targetId} cannot be deleted while it is scanned; cancel the scan or wait for it.");
}
