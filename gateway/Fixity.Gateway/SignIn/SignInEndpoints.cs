using System.Globalization;
using System.Security.Claims;
using Fixity.Gateway.Audit;
using Fixity.Gateway.OpenIdConnect;
using Fixity.Gateway.Users;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.SignIn;

/// <summary>The door itself: who am I, set up, sign in, sign out, change my password.</summary>
internal static class SignInEndpoints
{
    // No user can have this name.
    private const string SetupAccount = ":setup";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/v1/auth").WithTags("SignIn");

        auth.MapGet("/session", GetSessionAsync)
            .WithName("getSession")
            .WithSummary("Who is signed in, and whether anybody can be yet")
            .AllowAnonymous();
        auth.MapPost("/setup", SetUpAsync)
            .WithName("setup")
            .WithSummary("Make the first administrator, and sign in")
            .AllowAnonymous()
            .ProducesValidationProblem()
            .WithProblems(
                SignInProblems.InvalidSetupToken(),
                SignInProblems.SetupDone(),
                SignInProblems.TooManyAttempts(TimeSpan.FromSeconds(30)));
        auth.MapPost("/login", LogInAsync)
            .WithName("login")
            .WithSummary("Sign in")
            .AllowAnonymous()
            .WithProblems(SignInProblems.InvalidCredentials(), SignInProblems.TooManyAttempts(TimeSpan.FromSeconds(30)));
        auth.MapPost("/logout", LogOutAsync)
            .WithName("logout")
            .WithSummary("End this session")
            .RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .WithProblems(SignInProblems.SessionOnly());
        auth.MapPost("/password", ChangePasswordAsync)
            .WithName("changePassword")
            .WithSummary("Change one's own password; every other session of the user ends")
            .RequireAuthorization(Roles.Viewer)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .WithProblems(
                SignInProblems.SessionOnly(),
                SignInProblems.NoPassword(),
                SignInProblems.WrongCurrentPassword(),
                SignInProblems.TooManyAttempts(TimeSpan.FromSeconds(30)));
        routes.MapSessions();
    }

    private static async Task<Ok<SessionView>> GetSessionAsync(
        HttpContext context, UserStore users, IdentityProvider provider, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is { } session)
        {
            return TypedResults.Ok(new SessionView(
                false, new SessionUser(session.Username, session.Role, session.IsExternal), session.CsrfToken,
                provider.DisplayName));
        }

        return context.User.Identity is { IsAuthenticated: true, Name: { } name }
            ? TypedResults.Ok(new SessionView(
                false, new SessionUser(name, RoleWords.Parse(context.User.FindFirstValue(ClaimTypes.Role)!), false), null,
                provider.DisplayName))
            : TypedResults.Ok(new SessionView(!await users.AnyAsync(cancellation), null, null, provider.DisplayName));
    }

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> SetUpAsync(
        SetupRequest request, HttpContext context, Door door, UserStore users, IdentityProvider provider, AuditLog audit,
        CancellationToken cancellation)
    {
        // First: a used link must say that it is used, whatever token it carries.
        if (await users.AnyAsync(cancellation))
        {
            return SignInProblems.SetupDone();
        }

        if (door.Throttle.TryBegin(SetupAccount, context.Connection.RemoteIpAddress) is { } wait)
        {
            return TooManyAttempts(context, wait);
        }

        if (door.Options.Value.SetupToken is not { Length: > 0 } expected || !Secret.AreEqual(request.Token, expected))
        {
            door.Metrics.SetupRefused();
            await audit.AppendAsync(context, "nobody", "setup-failed", null, null, cancellation);
            return SignInProblems.InvalidSetupToken();
        }

        door.Throttle.Succeeded(SetupAccount, context.Connection.RemoteIpAddress);
        var errors = UserValidation.ErrorsOf(request.Username, request.Password);
        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        if (await users.AddFirstAsync(request.Username, door.Passwords.Hash(request.Password), cancellation) is not { } id)
        {
            return SignInProblems.SetupDone();
        }

        await users.RecordSignInAsync(id, cancellation);
        await audit.AppendAsync(context, request.Username, "setup", $"user {id}", null, cancellation);
        return TypedResults.Ok(await BeginAsync(context, door, provider, (id, request.Username, Role.Admin), cancellation));
    }

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> LogInAsync(
        LoginRequest request, HttpContext context, Door door, UserStore users, IdentityProvider provider, AuditLog audit,
        CancellationToken cancellation)
    {
        var address = context.Connection.RemoteIpAddress;
        // What cannot be a name is nobody's name; the empty one is the name of all of these.
        var account = UserValidation.CanBeName(request.Username) ? request.Username : "";
        if (door.Throttle.TryBegin(account, address) is { } wait)
        {
            door.Metrics.SignInEnded("throttled");
            return TooManyAttempts(context, wait);
        }

        var user = await users.FindCredentialsAsync(account, cancellation);
        // Before looking at whether the account is disabled: the same work, so the same time, in every case.
        var isRight = door.Passwords.Verify(user?.PasswordHash, request.Password);
        if (!isRight || user is not { Disabled: false, PasswordHash: { } hash })
        {
            door.Metrics.SignInEnded("refused");
            await audit.AppendAsync(context, account, "sign-in-failed", null, null, cancellation);
            return SignInProblems.InvalidCredentials();
        }

        door.Throttle.Succeeded(account, address);
        if (door.Passwords.IsOutdated(hash))
        {
            await users.RehashAsync(user.Id, hash, door.Passwords.Hash(request.Password), cancellation);
        }

        await users.RecordSignInAsync(user.Id, cancellation);
        await audit.AppendAsync(context, user.Username, "sign-in", null, null, cancellation);
        door.Metrics.SignInEnded("accepted");
        return TypedResults.Ok(
            await BeginAsync(context, door, provider, (user.Id, user.Username, user.Role), cancellation));
    }

    private static async Task<Results<Ok<SignedOut>, ProblemHttpResult>> LogOutAsync(
        HttpContext context, Door door, IdentityProvider provider, AuditLog audit, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
        }

        await door.Sessions.EndAsync(token, cancellation);
        SessionCookie.Clear(context);
        await audit.AppendAsync(context, session.Username, "sign-out", null, null, cancellation);
        return TypedResults.Ok(new SignedOut(
            session.IsExternal ? await provider.EndSessionUrlAsync(context.Request, cancellation) : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        PasswordRequest request, HttpContext context, Door door, UserStore users, AuditLog audit,
        CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
        }

        if (session.IsExternal)
        {
            return SignInProblems.NoPassword();
        }

        var address = context.Connection.RemoteIpAddress;
        if (door.Throttle.TryBegin(session.Username, address) is { } wait)
        {
            return TooManyAttempts(context, wait);
        }

        var user = await users.FindCredentialsAsync(session.Username, cancellation);
        if (!door.Passwords.Verify(user?.PasswordHash, request.CurrentPassword))
        {
            await audit.AppendAsync(context, session.Username, "password-change-failed", null, null, cancellation);
            return SignInProblems.WrongCurrentPassword();
        }

        door.Throttle.Succeeded(session.Username, address);
        if (PasswordRules.Complaint(session.Username, request.NewPassword) is { } complaint)
        {
            return Problem.Validation(new Dictionary<string, string[]> { ["newPassword"] = [complaint] });
        }

        // This browser goes on under a new token; the CSRF token stays, because the answer has no body to tell it in.
        var fresh = Secret.Make();
        await users.ChangePasswordAsync(
            session.UserId, door.Passwords.Hash(request.NewPassword), Secret.Hash(token), Secret.Hash(fresh), cancellation);
        SessionCookie.Write(context, fresh, door.Options.Value.SessionLifetime);
        await audit.AppendAsync(context, session.Username, "password-changed", null, null, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<SessionView> BeginAsync(
        HttpContext context, Door door, IdentityProvider provider, (int Id, string Name, Role Role) user,
        CancellationToken cancellation)
    {
        var csrfToken = await door.BeginAsync(context, user.Id, cancellation);
        return new SessionView(false, new SessionUser(user.Name, user.Role, false), csrfToken, provider.DisplayName);
    }

    private static ProblemHttpResult TooManyAttempts(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = SignInProblems.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        return SignInProblems.TooManyAttempts(wait);
    }
}
