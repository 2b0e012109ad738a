using Fixity.Gateway.Audit;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.SignIn;

/// <summary>Where one is signed in, and an end to it: for a browser that was left open, or is somebody else's by now.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/api/v1/auth/sessions").WithTags("SignIn").RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        sessions.MapGet("/", ListSessionsAsync).WithName("listSessions")
            .WithSummary("One's own sessions, the latest used first")
            .WithProblems(SignInProblems.SessionOnly());
        sessions.MapDelete("/", EndOthersAsync).WithName("endOtherSessions")
            .WithSummary("End all of one's own sessions but this one")
            .WithProblems(SignInProblems.SessionOnly());
        sessions.MapDelete("/{id:long}", EndSessionAsync).WithName("endSession")
            .WithSummary("End one of one's own sessions")
            .WithProblems(SignInProblems.SessionOnly(), SignInProblems.SessionNotFound(5));
    }

    private static async Task<Results<Ok<SessionList>, ProblemHttpResult>> ListSessionsAsync(
        HttpContext context, SessionStore sessions, CancellationToken cancellation) =>
        context.Features.Get<Session>() is { } session && SessionCookie.Read(context.Request) is { } token
            ? TypedResults.Ok(new SessionList(await sessions.ListAsync(session.UserId, token, cancellation)))
            : SignInProblems.SessionOnly();

    private static async Task<Results<NoContent, ProblemHttpResult>> EndOthersAsync(
        HttpContext context, SessionStore sessions, AuditLog audit, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
        }

        var ended = await sessions.EndOfUserAsync(session.UserId, null, token, cancellation);
        await audit.AppendAsync(
            context, session.Username, "sessions-ended", null, new() { ["sessions"] = ended }, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndSessionAsync(
        long id, HttpContext context, SessionStore sessions, AuditLog audit, CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session || SessionCookie.Read(context.Request) is not { } token)
        {
            return SignInProblems.SessionOnly();
        }

        if (await sessions.EndOfUserAsync(session.UserId, id, token, cancellation) == 0)
        {
            return SignInProblems.SessionNotFound(id);
        }

        await audit.AppendAsync(
            context, session.Username, "session-ended", $"session {id}", null, cancellation);
        return TypedResults.NoContent();
    }
}
