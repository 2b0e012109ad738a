using System.Globalization;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Exports;

/// <summary>Every expected failure of exports.</summary>
internal static class ExportProblems
{
    private const int RetryAfterSeconds = 30;

    public static ProblemHttpResult Busy(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Busy();
    }

    /// <summary>Without the header that says when to come again.</summary>
    public static ProblemHttpResult Busy() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "exports-busy", "Too many exports at once",
        $"As many exports as may do so read from this service already. Try again in {RetryAfterSeconds} seconds.");
}
