using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Tokens;

/// <summary>Every expected failure of tokens.</summary>
internal static class TokenProblems
{
    public static ProblemHttpResult NotFound(int id) => Problem.Of(
        StatusCodes.Status404NotFound, "token-not-found", "No such token", $"There is no token {id}.");

    public static ProblemHttpResult TooMany(int most) => Problem.Of(
        StatusCodes.Status409Conflict, "too-many-tokens", "Too many tokens",
        $"You have {most} tokens already: revoke those that nothing uses.");
}
