using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Scans;

/// <summary>Every expected failure of the scan API.</summary>
internal static class ScanProblems
{
    public static ProblemHttpResult NotFound(long scanId) => Problem.Of(
        StatusCodes.Status404NotFound, "scan-not-found", "No such scan", $"Scan {scanId} does not exist.");

    public static ProblemHttpResult NotActive(long scanId, string status, bool cancelling) => Problem.Of(
        StatusCodes.Status409Conflict, "scan-not-active", "The scan is not active",
        cancelling
            ? $"Scan {scanId} is being cancelled; start another one."
            : $"Scan {scanId} is {status}; only a queued, running or paused scan can be controlled.");

    public static ProblemHttpResult InBlackout(long scanId, DateTimeOffset until) => Problem.Of(
        StatusCodes.Status409Conflict, "scan-in-blackout", "The scan is paused by a blackout",
        $"A blackout of its target pauses scan {scanId} until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC; it goes on then, or when the target's blackouts are changed.");

    public static ProblemHttpResult TooSoon(TimeSpan wait) => Problem.Of(
        StatusCodes.Status429TooManyRequests, "scan-now-cooldown", "All targets were asked for a moment ago",
        $"Scanning all targets can be asked for again in {Math.Ceiling(wait.TotalSeconds)} s.");
}
