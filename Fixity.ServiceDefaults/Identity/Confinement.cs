using System.Globalization;
using System.Security.Claims;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>Where a request says which target it is about.</summary>
public enum TargetIn
{
    /// <summary>In the route: <c>{id}</c>, or <c>{targetId}</c>.</summary>
    Path,

    /// <summary>In the query: <c>target=</c>.</summary>
    Query,

    /// <summary>In the rows that it touches, at which the endpoint looks itself: <see cref="Confinement.Reaches"/>.</summary>
    Rows,
}

/// <summary>Keeps callers that were confined to some targets to these, at the gateway and in each service.</summary>
/// <remarks>An endpoint that does not say where its target stands refuses them: a new one is closed until it does.</remarks>
public static class Confinement
{
    private const string ClaimType = "fixity_targets";

    /// <summary>The only targets that the caller may know of; null: all.</summary>
    public static int[]? Targets(this ClaimsPrincipal caller) => caller.FindFirstValue(ClaimType) is { } listed
        ? [.. listed.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))]
        : null;

    /// <summary>Whether the caller may know of this target.</summary>
    public static bool Reaches(this ClaimsPrincipal caller, int targetId) =>
        caller.Targets() is not { } targets || targets.Contains(targetId);

    /// <summary>Opens the endpoint to confined callers, and says what keeps them to their targets there.</summary>
    public static TBuilder KeptTo<TBuilder>(this TBuilder endpoint, TargetIn place)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Place(place));

    /// <summary>What an identity says of the targets that it is confined to; nothing for null.</summary>
    public static IEnumerable<Claim> ClaimsOf(IReadOnlyList<int>? targets) => targets is null
        ? []
        : [new Claim(ClaimType, string.Join(',', targets.Select(Text)))];

    /// <summary>After authorization: it has to know the endpoint and the caller.</summary>
    public static void UseConfinement(this IApplicationBuilder app) => app.Use((context, next) =>
        context.User.Targets() is { } targets && Refusal(context, targets) is { } refusal
            ? refusal.ExecuteAsync(context)
            : next(context));

    private static ProblemHttpResult? Refusal(HttpContext context, int[] targets)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return null;
        }

        return endpoint.Metadata.GetMetadata<Place>()?.Of switch
        {
            TargetIn.Path => RefusalOfPath(context.Request.RouteValues, targets),
            TargetIn.Query => RefusalOfQuery(context.Request.Query["target"], targets),
            TargetIn.Rows => null,
            _ => OutsideScope("What this route tells or does is not about single targets; the token is confined to some."),
        };
    }

    // As if it were not there: what a token may not see, it may not find out either.
    private static ProblemHttpResult? RefusalOfPath(RouteValueDictionary route, int[] targets)
    {
        var named = Convert.ToString(
            route.TryGetValue("targetId", out var target) ? target : route["id"], CultureInfo.InvariantCulture);
        return int.TryParse(named, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id) && targets.Contains(id)
            ? null
            : Problem.Of(
                StatusCodes.Status404NotFound, "target-not-found", "No such target",
                $"Target {named} does not exist or was deleted.");
    }

    private static ProblemHttpResult? RefusalOfQuery(IEnumerable<string?> values, int[] targets)
    {
        string[] named = [.. values.SelectMany(value => (value ?? "").Split(','))];
        if (named.Length == 0)
        {
            return TargetRequired(targets);
        }

        // Digits and nothing else: whatever another reader might make of the rest, it is not asked.
        return named.All(text => text.All(char.IsAsciiDigit)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && targets.Contains(id))
            ? null
            : OutsideScope($"The token's targets: {string.Join(", ", targets.Select(Text))}.");
    }

    /// <summary>What a confined caller asks for and may not.</summary>
    public static ProblemHttpResult OutsideScope(string detail) => Problem.Of(
        StatusCodes.Status403Forbidden, "outside-scope", "Outside the token's scope", detail);

    /// <summary>A confined caller asks for a list and does not say of which of its targets.</summary>
    public static ProblemHttpResult TargetRequired(IReadOnlyList<int> targets) => Problem.Of(
        StatusCodes.Status403Forbidden, "target-required", "The token is confined to some targets",
        $"Say which of its targets the request is about: add target=<id> to the query. "
        + $"The token's targets: {string.Join(", ", targets.Select(Text))}.");

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private sealed record Place(TargetIn Of);
}
