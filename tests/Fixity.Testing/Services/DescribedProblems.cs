using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Testing.Services;

/// <summary>Makes every test of a service a test of its description: a problem that the endpoint does not describe fails.</summary>
internal static class DescribedProblems
{
    // What any request may meet is described once for all of them, at the gateway: nobody decides on it in an endpoint.
    private static readonly HashSet<string> Common =
    [
        "malformed-request", "not-signed-in", "not-allowed", "not-found", "method-not-allowed", "too-large",
        "unsupported-media-type", "too-many-requests", "unavailable", "internal-error", "foreign-origin",
        "invalid-csrf-token", "too-many-at-once", "wrong-host", "outside-scope", "target-required", "target-not-found",
    ];

    public static void Require(IServiceCollection services) => services.PostConfigure<ProblemDetailsOptions>(options =>
    {
        var customize = options.CustomizeProblemDetails;
        options.CustomizeProblemDetails = context =>
        {
            customize?.Invoke(context);
            // Without an endpoint nobody decided: an address that is not there, or an exception.
            var slug = Problem.SlugOf(context.ProblemDetails.Type);
            if (context.HttpContext.GetEndpoint() is { } endpoint && !Common.Contains(slug)
                && !endpoint.ProblemSlugs().Contains(slug))
            {
                throw new InvalidOperationException(
                    $"{endpoint.DisplayName} answers the problem '{slug}', which it does not describe: name it with WithProblems.");
            }
        };
    });
}
