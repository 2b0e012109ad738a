using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Routing;

internal static class RoutingProblems
{
    public static ProblemHttpResult NoSuchRoute(HttpRequest request) => Problem.Of(
        StatusCodes.Status404NotFound, "not-found", "There is no such route",
        $"{request.Method} {request.Path} is not part of the API.");

    public static ProblemHttpResult Unavailable(string service) => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "unavailable", $"The service '{service}' does not answer",
        $"The service '{service}' cannot be reached at the moment. The others are not affected; try again in a few seconds.");

    public static ProblemHttpResult Distrusted(string service) => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "unavailable", $"The service '{service}' does not know this gateway",
        $"The service '{service}' refused the gateway's identity: both need the same Fixity:GatewayKey, and clocks that agree.");
}
