using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Reading;

/// <summary>What can be wrong with asking for a page.</summary>
internal static class PagingProblems
{
    public static ProblemHttpResult BadCursor() => Problem.Of(
        StatusCodes.Status400BadRequest, "bad-cursor", "Not a cursor of this list",
        "The cursor must be the nextCursor of a page of this very list in this order; leave it out to begin at the first page.");

    public static ProblemHttpResult TooSlow() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "query-too-slow", "The page took too long to find",
        $"It was given up after {SlowQueries.LongestSeconds} seconds. Ask for one target, a folder, a shorter time or a longer " +
        "piece of text; or try again when the database has less to do.");
}
