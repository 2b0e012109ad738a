using Fixity.Gateway.Audit;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Tokens;

/// <summary>Bearer tokens for scripts and other programs.</summary>
internal static class TokenEndpoints
{
    private const int LongestName = 100;

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/v1/tokens").WithTags("Tokens").RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        tokens.MapGet("/", ListTokensAsync).WithName("listTokens").WithSummary("Tokens, in the order they were made")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        tokens.MapPost("/", CreateTokenAsync).WithName("createToken").WithSummary("Make a token; it is shown this once")
            .ProducesValidationProblem();
        tokens.MapDelete("/{id:int}", RevokeTokenAsync).WithName("revokeToken").WithSummary("Revoke a token")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<ApiTokenView>>, ProblemHttpResult>> ListTokensAsync(
        TokenStore tokens, CancellationToken cancellation, string? cursor = null, int? limit = null)
    {
        if (!Cursor.TryDecode<int>(cursor, out var after))
        {
            return ListProblems.NotACursor();
        }

        var size = Cursor.Limit(limit);
        var rows = await tokens.ListAsync(after, size + 1, cancellation);
        return TypedResults.Ok(Page.From(rows, size, static token => Cursor.Encode(token.Id)));
    }

    private static async Task<Results<Created<ApiTokenCreated>, ProblemHttpResult>> CreateTokenAsync(
        ApiTokenCreateRequest request, HttpContext context, TokenStore tokens, AuditLog audit, TimeProvider clock,
        CancellationToken cancellation)
    {
        var errors = new Dictionary<string, string[]>();
        if (request.Name.Length is 0 or > LongestName || request.Name.Any(char.IsControl))
        {
            errors["name"] = [$"A name has 1 to {LongestName} characters, none of them control characters."];
        }

        if (request.ExpiresAt <= clock.GetUtcNow())
        {
            errors["expiresAt"] = ["A token expires in the future."];
        }

        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var actor = context.User.CallerName();
        var (view, token) = await tokens.AddAsync(request.Name, request.Role, request.ExpiresAt, actor, cancellation);
        await audit.AppendAsync(
            context, actor, "token-created", $"token {view.Id}",
            new() { ["name"] = view.Name, ["role"] = view.Role.Word(), ["expiresAt"] = view.ExpiresAt?.ToString("O") },
            cancellation);
        return TypedResults.Created($"/api/v1/tokens/{view.Id}", new ApiTokenCreated(
            view.Id, view.Name, view.Role, view.CreatedBy, view.CreatedAt, view.ExpiresAt, null, null, token));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeTokenAsync(
        int id, HttpContext context, TokenStore tokens, AuditLog audit, CancellationToken cancellation)
    {
        if (await tokens.RevokeAsync(id, cancellation) is not { } name)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound, "token-not-found", "No such token", $"There is no token {id}.");
        }

        await audit.AppendAsync(
            context, context.User.CallerName(), "token-revoked", $"token {id}", new() { ["name"] = name }, cancellation);
        return TypedResults.NoContent();
    }
}
