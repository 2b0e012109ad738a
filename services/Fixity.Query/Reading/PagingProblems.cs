using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Reading;

/// <summary>What can be wrong with asking for a page.</summary>
internal static class PagingProblems
{
    public static ProblemHttpResult BadCursor() => Problem.Of(
        StatusCodes.Status400BadRequest, "bad-cursor", "Not a cursor of this list",
        "The cursor must be the nextCursor of a page of this very list; leave it out to begin at the first page.");
}
