using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Fixity.Query.Reading;

/// <summary>The last resort: a list that took too long is given up, and its caller is told what to do about it.</summary>
internal sealed class SlowQueries : IExceptionHandler
{
    /// <summary>How long a page may take. Npgsql then has the server cancel the statement.</summary>
    public const int LongestSeconds = 10;

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not NpgsqlException { InnerException: TimeoutException })
        {
            return false;
        }

        await PagingProblems.TooSlow().ExecuteAsync(httpContext);
        return true;
    }
}
