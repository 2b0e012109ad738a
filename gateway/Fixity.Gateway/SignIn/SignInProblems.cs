using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.SignIn;

/// <summary>Every expected failure at the door.</summary>
internal static class SignInProblems
{
    public static ProblemHttpResult NotSignedIn() => Problem.Of(
        StatusCodes.Status401Unauthorized, "not-signed-in", "Nobody is signed in",
        "Sign in, or send a bearer token that is neither expired nor revoked.");

    public static ProblemHttpResult NotAllowed(string? role) => Problem.Of(
        StatusCodes.Status403Forbidden, "not-allowed", "Not allowed",
        $"The role '{role}' does not allow this; ask an administrator.");

    // One answer for an unknown user, a wrong password and a disabled account.
    public static ProblemHttpResult InvalidCredentials() => Problem.Of(
        StatusCodes.Status401Unauthorized, "invalid-credentials", "That did not work",
        "The user name or the password is wrong.");

    public static ProblemHttpResult WrongCurrentPassword() => Problem.Of(
        StatusCodes.Status403Forbidden, "wrong-password", "Wrong password",
        "The current password is not right; nothing was changed.");

    public static ProblemHttpResult TooManyAttempts(TimeSpan wait) => Problem.Of(
        StatusCodes.Status429TooManyRequests, "too-many-attempts", "Too many attempts",
        $"Too many attempts failed; the next one is taken in {Seconds(wait)} s.");

    public static int Seconds(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);

    public static ProblemHttpResult InvalidSetupToken() => Problem.Of(
        StatusCodes.Status403Forbidden, "invalid-setup-token", "The setup link is not valid",
        "The token is not this installation's setup token. The link is printed where Fixity was started.");

    public static ProblemHttpResult SetupDone() => Problem.Of(
        StatusCodes.Status409Conflict, "setup-done", "Fixity is set up already",
        "There is an administrator already; sign in, or ask one for an account.");

    public static ProblemHttpResult InvalidCsrfToken() => Problem.Of(
        StatusCodes.Status403Forbidden, "invalid-csrf-token", "The request cannot be told from a forged one",
        "A request that changes something with a session cookie needs the header X-CSRF-Token with the session's token.");

    public static ProblemHttpResult ForeignOrigin() => Problem.Of(
        StatusCodes.Status403Forbidden, "foreign-origin", "The request comes from another site",
        "The Origin header does not name the site that was called.");

    public static ProblemHttpResult SessionNotFound(long id) => Problem.Of(
        StatusCodes.Status404NotFound, "session-not-found", "No such session", $"You have no session {id}; it may have ended.");

    public static ProblemHttpResult NoPassword() => Problem.Of(
        StatusCodes.Status409Conflict, "no-password", "There is no password here",
        "This account signs in through the identity provider, which keeps its password.");

    public static ProblemHttpResult SessionOnly() => Problem.Of(
        StatusCodes.Status403Forbidden, "session-only", "This needs a session",
        "A bearer token has no session, no password and no tokens of its own; sign in to do this.");
}
