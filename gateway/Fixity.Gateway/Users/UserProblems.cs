using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Users;

internal static class UserProblems
{
    public static ProblemHttpResult NotFound(int id) => Problem.Of(
        StatusCodes.Status404NotFound, "user-not-found", "No such user", $"There is no user {id}.");

    public static ProblemHttpResult UsernameTaken(string username) => Problem.Of(
        StatusCodes.Status409Conflict, "username-taken", "The user name is taken", $"There is a user '{username}' already.");

    public static ProblemHttpResult NoPassword(string username) => Problem.Of(
        StatusCodes.Status409Conflict, "no-password", "There is no password here",
        $"'{username}' signs in through the identity provider, which keeps the password.");

    public static ProblemHttpResult LastAdmin() => Problem.Of(
        StatusCodes.Status409Conflict, "last-admin", "The last administrator",
        "Nobody else could administer Fixity: make another enabled administrator first.");
}
