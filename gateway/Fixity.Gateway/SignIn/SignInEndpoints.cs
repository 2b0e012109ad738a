using System.Globalization;
using System.Security.Claims;
using Fixity.Gateway.Audit;
using Fixity.Gateway.Users;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

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
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/login", LogInAsync)
            .WithName("login")
            .WithSummary("Sign in")
            .AllowAnonymous()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/logout", LogOutAsync)
            .WithName("logout")
            .WithSummary("End this session")
            .RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        auth.MapPost("/password", ChangePasswordAsync)
            .WithName("changePassword")
            .WithSummary("Change one's own password; every other session of the user ends")
            .RequireAuthorization(Roles.Viewer)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    private static async Task<Ok<SessionView>> GetSessionAsync(
        HttpContext context, UserStore users, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is { } session)
        {
            return TypedResults.Ok(ViewOf(session.Username, session.Role, session.CsrfToken));
        }

        return context.User.Identity is { IsAuthenticated: true, Name: { } name }
            ? TypedResults.Ok(
                ViewOf(name, RoleWords.Parse(context.User.FindFirstValue(ClaimTypes.Role)!), null))
            : TypedResults.Ok(new SessionView(!await users.AnyAsync(cancellation), null, null));
    }

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> SetUpAsync(
        SetupRequest request, HttpContext context, Door door, UserStore users, AuditLog audit,
        IOptions<GatewayOptions> options, CancellationToken cancellation)
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

        if (options.Value.SetupToken is not { Length: > 0 } expected || !Secret.AreEqual(request.Token, expected))
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

        await audit.AppendAsync(context, request.Username, "setup", $"user {id}", null, cancellation);
        return TypedResults.Ok(await BeginAsync(context, door, id, request.Username, Role.Admin, cancellation));
    }

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> LogInAsync(
        LoginRequest request, HttpContext context, Door door, UserStore users, AuditLog audit,
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
        if (!isRight || user is null or { Disabled: true })
        {
            door.Metrics.SignInEnded("refused");
            await audit.AppendAsync(context, account, "sign-in-failed", null, null, cancellation);
            return SignInProblems.InvalidCredentials();
        }

        door.Throttle.Succeeded(account, address);
        if (door.Passwords.IsOutdated(user.PasswordHash))
        {
            await users.RehashAsync(user.Id, user.PasswordHash, door.Passwords.Hash(request.Password), cancellation);
        }

        await users.RecordSignInAsync(user.Id, cancellation);
        await audit.AppendAsync(context, user.Username, "sign-in", null, null, cancellation);
        door.Metrics.SignInEnded("accepted");
        return TypedResults.Ok(await BeginAsync(context, door, user.Id, user.Username, user.Role, cancellation));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LogOutAsync(
        HttpContext context, Door door, AuditLog audit, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
        }

        await door.Sessions.EndAsync(token, cancellation);
        SessionCookie.Clear(context);
        await audit.AppendAsync(context, session.Username, "sign-out", null, null, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        PasswordRequest request, HttpContext context, Door door, UserStore users, AuditLog audit,
        CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
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
        if (PasswordHasher.Complaint(session.Username, request.NewPassword) is { } complaint)
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

    /// <summary>Always a new session: a token that somebody planted before the sign-in is worth nothing after it.</summary>
    private static async Task<SessionView> BeginAsync(
        HttpContext context, Door door, int userId, string username, Role role, CancellationToken cancellation)
    {
        if (SessionCookie.Read(context.Request) is { } old)
        {
            await door.Sessions.EndAsync(old, cancellation);
        }

        var (token, csrf) = await door.Sessions.BeginAsync(userId, AuditLog.AddressOf(context), cancellation);
        SessionCookie.Write(context, token, door.Options.Value.SessionLifetime);
        return ViewOf(username, role, csrf);
    }

    private static ProblemHttpResult TooManyAttempts(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = SignInProblems.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        return SignInProblems.TooManyAttempts(wait);
    }

    private static SessionView ViewOf(string username, Role role, string? csrfToken) =>
        new(false, new SessionUser(username, role), csrfToken);
}
