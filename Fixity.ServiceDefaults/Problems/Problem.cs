using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.ServiceDefaults.Problems;

/// <summary>Makes RFC 9457 problem details; each slice keeps its catalogue of them in <c>&lt;Noun&gt;Problems</c>.</summary>
public static class Problem
{
    public const string ValidationSlug = "validation";

    private const string Prefix = "urn:fixity:problem:";

    /// <param name="slug">The key that clients switch on; never changes.</param>
    /// <param name="detail">For people: names the thing, and says what to do.</param>
    public static ProblemHttpResult Of(int status, string slug, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title, type: Prefix + slug);

    /// <summary>400 that names each wrong member.</summary>
    public static ProblemHttpResult Validation(IDictionary<string, string[]> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors)
        {
            Status = StatusCodes.Status400BadRequest,
            Type = Prefix + ValidationSlug,
            Title = "The request is not valid",
            Detail = string.Join(" ", errors.SelectMany(e => e.Value)),
        });

    /// <summary>The last part of a problem's type; the whole type where it is none of ours.</summary>
    public static string SlugOf(string? type) =>
        type is null ? "" : type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type;

    /// <summary>The slug of a failure that no endpoint decided on.</summary>
    public static string SlugOf(int status) => SlugOf(TypeOf(status));

    internal static string TypeOf(int status) => Prefix + status switch
    {
        StatusCodes.Status400BadRequest => "malformed-request",
        StatusCodes.Status401Unauthorized => "not-signed-in",
        StatusCodes.Status403Forbidden => "not-allowed",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status413PayloadTooLarge => "too-large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        StatusCodes.Status429TooManyRequests => "too-many-requests",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        _ => "internal-error",
    };
}
