using System.Security.Claims;
using System.Text.Encodings.Web;
using Fixity.Gateway.Tokens;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.SignIn;

/// <summary>Says who calls: whoever holds a bearer token, else whoever holds a session's cookie, else nobody.</summary>
internal sealed class FrontDoorHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    SessionStore sessions, TokenStore tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "FrontDoor";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            // A cookie beside it does not count: what a token may not do, a forgotten session must not allow.
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                && await tokens.UseAsync(authorization[Bearer.Length..].Trim(), Context.RequestAborted) is { } token
                    ? Success(token.Actor, token.Role, token.Targets)
                    : AuthenticateResult.Fail("The bearer token is unknown, expired or revoked.");
        }

        if (SessionCookie.Read(Request) is not { } cookie
            || await sessions.FindAsync(cookie, Context.RequestAborted) is not { } session)
        {
            return AuthenticateResult.NoResult();
        }

        Context.Features.Set(session);
        return Success(session.Username, session.Role, null);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return SignInProblems.NotSignedIn().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        SignInProblems.NotAllowed(Context.User.FindFirstValue(ClaimTypes.Role)).ExecuteAsync(Context);

    private static AuthenticateResult Success(string name, Role role, int[]? targets) => AuthenticateResult.Success(
        new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity(
                [
                    new Claim(ClaimTypes.Name, name),
                    new Claim(ClaimTypes.Role, role.Word()),
                    .. Confinement.ClaimsOf(targets),
                ],
                SchemeName)),
            SchemeName));
}
