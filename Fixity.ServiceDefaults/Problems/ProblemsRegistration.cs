using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.ServiceDefaults.Problems;

/// <summary>Turns every failure that no endpoint expected into a problem that says no more than it should.</summary>
public static class ProblemsRegistration
{
    public static void AddFixityProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            var status = problem.Status ?? context.HttpContext.Response.StatusCode;
            if (problem.Type?.StartsWith("urn:fixity:", StringComparison.Ordinal) != true)
            {
                problem.Type = problem is HttpValidationProblemDetails
                    ? "urn:fixity:problem:validation"
                    : Problem.TypeOf(status);
            }
        });
        services.AddExceptionHandler<BadRequestHandler>();
    }

    public static void UseFixityProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }

    /// <summary>A body or parameter that cannot be read is the caller's mistake, in every environment: 400 with the place.</summary>
    private sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(
            HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException bad)
            {
                return false;
            }

            context.Response.StatusCode = bad.StatusCode;
            return await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails =
                {
                    Status = bad.StatusCode,
                    Title = "The request cannot be read",
                    Detail = bad.InnerException is JsonException json ? Describe(json) : bad.Message,
                },
            });
        }

        // Without the exception's own tail: it repeats the path and names .NET types.
        private static string Describe(JsonException json) =>
            $"The JSON body is not valid at {json.Path ?? "$"} (line {(json.LineNumber ?? 0) + 1}): {FirstSentence(json.Message)}";

        private static string FirstSentence(string message)
        {
            var end = message.IndexOf(" Path:", StringComparison.Ordinal);
            return end < 0 ? message : message[..end];
        }
    }
}
