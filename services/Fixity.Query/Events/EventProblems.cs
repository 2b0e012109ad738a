using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Events;

/// <summary>Every expected failure of live events.</summary>
internal static class EventProblems
{
    public static ProblemHttpResult Deaf() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "events-unavailable", "No live events now",
        "The database cannot be listened to at the moment. Try again in a few seconds.");
}
