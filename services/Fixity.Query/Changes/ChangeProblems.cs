using System.Globalization;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Changes;

/// <summary>Every expected failure of reading changes.</summary>
internal static class ChangeProblems
{
    private const int RetryAfterSeconds = 5;

    public static ProblemHttpResult CursorAstray() => Problem.Of(
        StatusCodes.Status410Gone, "cursor-astray", "The cursor is ahead of this database",
        "The database has not reached the place that this cursor names: it was probably restored from a backup. " +
        "Begin again without a cursor, with since= where you know until when you have everything.");

    public static ProblemHttpResult TooManyWait(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return TooManyWait();
    }

    public static ProblemHttpResult TooManyWait() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "feed-busy", "Too many readers wait for changes",
        "As many readers as may do so wait at this service already. Ask without wait=, or try again in " +
        $"{RetryAfterSeconds} seconds.");
}
