using System.Globalization;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Edge;

/// <summary>What can be wrong with a request before anybody has looked at what it wants.</summary>
internal static class EdgeProblems
{
    /// <summary>What is told where nobody knows how long it takes.</summary>
    public static readonly TimeSpan RetryLater = TimeSpan.FromSeconds(5);

    public static ProblemHttpResult TooManyRequests(string limit, TimeSpan wait) => Problem.Of(
        StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests",
        string.Create(CultureInfo.InvariantCulture, $"The limit '{limit}' is reached; the next request is taken in {Seconds(wait)} s."));

    public static ProblemHttpResult TooManyAtOnce() => Problem.Of(
        StatusCodes.Status429TooManyRequests, "too-many-at-once", "Too many at the same time",
        "As many exports or event streams of this user or token are open as may be; close one first.");

    public static ProblemHttpResult WrongHost(string? host) => Problem.Of(
        StatusCodes.Status400BadRequest, "wrong-host", "Not the name of this site",
        $"The Host header says '{host}', which is none of the AllowedHosts.");

    public static ProblemHttpResult TooLarge(long most) => Problem.Of(
        StatusCodes.Status413PayloadTooLarge, "too-large", "The request is too large",
        string.Create(CultureInfo.InvariantCulture, $"A request's body has at most {most} bytes."));

    public static ProblemHttpResult Draining() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The gateway is stopping",
        "What had begun goes on to its end; nothing new is taken. Try again: another instance answers, or this one soon.");

    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
}
