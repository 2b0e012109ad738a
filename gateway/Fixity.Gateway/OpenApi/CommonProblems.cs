using Fixity.Gateway.Edge;
using Fixity.Gateway.Routing;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.OpenApi;

/// <summary>The problems that no endpoint decides on: what any request may meet at the gateway, by the kind of request.</summary>
internal static class CommonProblems
{
    private const string EventStream = RouteTable.Root + "/events";

    private const string Exports = RouteTable.Root + "/exports/";

    public static readonly IReadOnlyList<CommonProblem> All =
    [
        new(SignInProblems.NotSignedIn(), request => request.Role is not null),
        new(SignInProblems.NotAllowed(Roles.Viewer),
            request => request.Role is Roles.Operator or Roles.Admin),
        new(SignInProblems.ForeignOrigin(), request => request.IsChange || request.Path == EventStream),
        new(SignInProblems.InvalidCsrfToken(), request => request.IsChange),
        new(Of(StatusCodes.Status400BadRequest, "The request cannot be read",
            "The JSON body is not valid at $.name (line 1): The JSON value could not be converted."), request => request.HasInput),
        new(Of(StatusCodes.Status413PayloadTooLarge, "Payload Too Large", "The body is larger than a request may be."),
            request => request.HasBody),
        new(Of(StatusCodes.Status415UnsupportedMediaType, "Unsupported Media Type", "The body is not application/json."),
            request => request.HasBody),
        new(Of(StatusCodes.Status500InternalServerError, "An error occurred while processing your request.", null), _ => true),
        new(RoutingProblems.Unavailable("query"), request => request.IsPassedOn),
        new(EdgeProblems.TooManyRequests("caller", TimeSpan.FromSeconds(3)), _ => true),
        new(EdgeProblems.WrongHost("fixity.example.net"), _ => true),
        new(EdgeProblems.TooManyAtOnce(),
            request => request.Path == EventStream || request.Path.StartsWith(Exports, StringComparison.Ordinal)),
        new(Confinement.OutsideScope("The token's targets: 3, 5."), request => request.Role is not null),
        new(Confinement.TargetRequired([3, 5]), request => request.IsPassedOn && request.Method == "get"),
    ];

    private static ProblemHttpResult Of(int status, string title, string? detail) =>
        Problem.Of(status, Problem.SlugOf(status), title, detail ?? "Nothing more is said outside; the log of the service has it.");
}

/// <param name="Sample">As it is answered.</param>
/// <param name="Meets">Whether a request of this kind may meet it.</param>
internal sealed record CommonProblem(ProblemHttpResult Sample, Func<DescribedRequest, bool> Meets)
{
    public string Slug => Problem.SlugOf(Sample.ProblemDetails.Type);
}

/// <summary>A kind of request, as the document describes it.</summary>
/// <param name="Role">The least that may make it; null: anybody may.</param>
/// <param name="HasInput">Anything that may be malformed: a body, or a parameter that is not just text.</param>
internal sealed record DescribedRequest(
    string Method, string Path, string? Role, bool IsPassedOn, bool HasBody, bool HasInput)
{
    public bool IsChange => Method is not ("get" or "head");
}
