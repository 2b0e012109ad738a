using System.ComponentModel;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Fixity.Gateway.Audit;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Tokens;

/// <summary>Bearer tokens for scripts and other programs: everybody's own, and for administrators those of services.</summary>
/// <remarks>Only a person who is signed in makes one: a token that leaks must not be able to leave others behind.</remarks>
internal static class TokenEndpoints
{
    private const int LongestName = 100;
    private const int MostTargets = 100;

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/v1/tokens").WithTags("Tokens").RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        tokens.MapGet("/", ListTokensAsync).WithName("listTokens")
            .WithSummary("Tokens, in the order they were made: all for an administrator, one's own for others")
            .WithProblems(ListProblems.NotACursor(), SignInProblems.SessionOnly());
        tokens.MapPost("/", CreateTokenAsync).WithName("createToken").WithSummary("Make a token; it is shown this once")
            .ProducesValidationProblem()
            .WithProblems(
                SignInProblems.SessionOnly(), SignInProblems.NotAllowed(Roles.Viewer), TokenProblems.TooMany(TokenStore.MostOfAUser));
        tokens.MapDelete("/{id:int}", RevokeTokenAsync).WithName("revokeToken").WithSummary("Revoke a token")
            .WithProblems(TokenProblems.NotFound(6), SignInProblems.SessionOnly());
    }

    private static async Task<Results<Ok<Page<ApiTokenView>>, ProblemHttpResult>> ListTokensAsync(
        HttpContext context, TokenStore tokens, CancellationToken cancellation,
        [Description("Only one's own personal ones; an administrator sees all otherwise.")] bool mine = false,
        string? cursor = null, int? limit = null)
    {
        var session = context.Features.Get<Session>();
        if (session is null && (mine || !IsAdmin(context)))
        {
            return SignInProblems.SessionOnly();
        }

        if (!Cursor.TryDecode<int>(cursor, out var after))
        {
            return ListProblems.NotACursor();
        }

        var size = Cursor.Limit(limit);
        var owner = mine || !IsAdmin(context) ? session?.UserId : null;
        var rows = await tokens.ListAsync(owner, after, size + 1, cancellation);
        return TypedResults.Ok(Page.From(rows, size, static token => Cursor.Encode(token.Id)));
    }

    private static async Task<Results<Created<ApiTokenCreated>, ProblemHttpResult>> CreateTokenAsync(
        ApiTokenCreateRequest request, HttpContext context, TokenStore tokens, AuditLog audit, TimeProvider clock,
        CancellationToken cancellation)
    {
        if (context.Features.Get<Session>() is not { } session)
        {
            return SignInProblems.SessionOnly();
        }

        if (request.Kind == TokenKind.Service && session.Role != Role.Admin)
        {
            return SignInProblems.NotAllowed(session.Role.Word());
        }

        var errors = ErrorsOf(request, session, clock.GetUtcNow());
        if (errors.Count == 0 && request.Targets is { } targets
            && await tokens.MissingTargetsAsync(targets, cancellation) is { Length: > 0 } missing)
        {
            errors["targets"] = [$"There is no target {missing[0]}."];
        }

        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        int? owner = request.Kind == TokenKind.Personal ? session.UserId : null;
        if (await tokens.AddAsync(request, owner, session.Username, cancellation) is not { } made)
        {
            return TokenProblems.TooMany(TokenStore.MostOfAUser);
        }

        var (view, token) = made;
        await audit.AppendAsync(
            context, session.Username, "token-created", $"token {view.Id}", DetailsOf(view), cancellation);
        return TypedResults.Created($"/api/v1/tokens/{view.Id}", new ApiTokenCreated(
            view.Id, view.Name, view.Kind, view.Role, view.Targets, view.CreatedBy, view.CreatedAt, view.ExpiresAt, null,
            null, token));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeTokenAsync(
        int id, HttpContext context, TokenStore tokens, AuditLog audit, CancellationToken cancellation)
    {
        var session = context.Features.Get<Session>();
        if (session is null && !IsAdmin(context))
        {
            return SignInProblems.SessionOnly();
        }

        // Somebody else's is not there for whoever may not see it.
        if (await tokens.RevokeAsync(id, IsAdmin(context) ? null : session?.UserId, cancellation) is not { } name)
        {
            return TokenProblems.NotFound(id);
        }

        await audit.AppendAsync(
            context, context.User.CallerName(), "token-revoked", $"token {id}", new() { ["name"] = name }, cancellation);
        return TypedResults.NoContent();
    }

    private static Dictionary<string, string[]> ErrorsOf(
        ApiTokenCreateRequest request, Session session, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string[]>();
        if (request.Name.Length is 0 or > LongestName || request.Name.Any(char.IsControl))
        {
            errors["name"] = [$"A name has 1 to {LongestName} characters, none of them control characters."];
        }

        if (request.Kind == TokenKind.Personal && request.Role > session.Role)
        {
            errors["role"] = [$"A personal token can do no more than its user, who is {session.Role.Word()}."];
        }

        if (request.ExpiresAt <= now)
        {
            errors["expiresAt"] = ["A token expires in the future."];
        }

        if (request.Targets is { Count: 0 or > MostTargets })
        {
            errors["targets"] = [$"A token is confined to 1 to {MostTargets} targets; leave them out for all."];
        }

        return errors;
    }

    private static JsonObject DetailsOf(ApiTokenView token) => new()
    {
        ["name"] = token.Name,
        ["kind"] = token.Kind == TokenKind.Personal ? "personal" : "service",
        ["role"] = token.Role.Word(),
        ["targets"] = token.Targets is { } targets ? new JsonArray([.. targets.Select(id => JsonValue.Create(id))]) : null,
        ["expiresAt"] = token.ExpiresAt?.ToString("O"),
    };

    private static bool IsAdmin(HttpContext context) => context.User.FindFirstValue(ClaimTypes.Role) == Roles.Admin;
}
