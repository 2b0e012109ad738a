using System.Globalization;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Differences;

/// <summary>Every expected failure of comparing two moments.</summary>
internal static class DifferenceProblems
{
    public static ProblemHttpResult NeverLooked(int targetId) => Problem.Of(
        StatusCodes.Status409Conflict, "no-past-yet", "Nothing is known of this target's past",
        $"Target {targetId} was never scanned to its end: there is no state to compare with.");

    public static ProblemHttpResult BeforeFirstLook(int targetId, DateTimeOffset since) => Problem.Of(
        StatusCodes.Status409Conflict, "before-first-scan", "Nothing is known of that time",
        $"Target {targetId} was first scanned to its end at {Text(since)}: ask from then on.");

    public static ProblemHttpResult Forgotten(int targetId, DateTimeOffset since) => Problem.Of(
        StatusCodes.Status410Gone, "past-forgotten", "What happened then is not kept any more",
        $"Of target {targetId} changes are kept since {Text(since)}: ask from then on.");

    public static ProblemHttpResult TooMuch() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "comparison-too-long", "Too much happened to count it while you wait",
        "Ask for a shorter time, or for the whole list: /exports/diff takes as long as it takes.");

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture);
}
