using System.Diagnostics;
using System.Text.Json.Nodes;
using Fixity.Gateway.Audit;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Users;

/// <summary>Who may sign in, and as what.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1/users").WithTags("Users").RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        users.MapGet("/", ListUsersAsync).WithName("listUsers").WithSummary("Users, in the order they were made")
            .WithProblems(ListProblems.NotACursor());
        users.MapPost("/", CreateUserAsync).WithName("createUser").WithSummary("Make a user")
            .ProducesValidationProblem()
            .WithProblems(UserProblems.UsernameTaken("ann"));
        users.MapPut("/{id:int}", UpdateUserAsync).WithName("updateUser").WithSummary("Change role, password, or disable")
            .ProducesValidationProblem()
            .WithProblems(UserProblems.NotFound(4), UserProblems.NoPassword("ann"), UserProblems.LastAdmin());
        users.MapDelete("/{id:int}", DeleteUserAsync).WithName("deleteUser").WithSummary("Remove a user")
            .WithProblems(UserProblems.NotFound(4), UserProblems.LastAdmin());
    }

    private static async Task<Results<Ok<Page<UserView>>, ProblemHttpResult>> ListUsersAsync(
        UserStore users, CancellationToken cancellation, string? cursor = null, int? limit = null)
    {
        if (!Cursor.TryDecode<int>(cursor, out var after))
        {
            return ListProblems.NotACursor();
        }

        var size = Cursor.Limit(limit);
        var rows = await users.ListAsync(after, size + 1, cancellation);
        return TypedResults.Ok(Page.From(rows, size, static user => Cursor.Encode(user.Id)));
    }

    private static async Task<Results<Created<UserView>, ProblemHttpResult>> CreateUserAsync(
        UserCreateRequest request, HttpContext context, UserStore users, PasswordHasher passwords, AuditLog audit,
        CancellationToken cancellation)
    {
        var errors = UserValidation.ErrorsOf(request.Username, request.Password);
        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var hash = passwords.Hash(request.Password);
        if (await users.AddAsync(request.Username, hash, request.Role, cancellation) is not { } user)
        {
            return UserProblems.UsernameTaken(request.Username);
        }

        await audit.AppendAsync(
            context, context.User.CallerName(), "user-created", $"user {user.Id}",
            new() { ["username"] = user.Username, ["role"] = user.Role.Word() }, cancellation);
        return TypedResults.Created($"/api/v1/users/{user.Id}", user);
    }

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> UpdateUserAsync(
        int id, UserUpdateRequest request, HttpContext context, UserStore users, PasswordHasher passwords, AuditLog audit,
        CancellationToken cancellation)
    {
        if (await users.FindAsync(id, cancellation) is not { } before)
        {
            return UserProblems.NotFound(id);
        }

        if (request.Password is not null && before.External)
        {
            return UserProblems.NoPassword(before.Username);
        }

        if (request.Password is { } password && PasswordRules.Complaint(before.Username, password) is { } complaint)
        {
            return Problem.Validation(new Dictionary<string, string[]> { ["password"] = [complaint] });
        }

        var hash = request.Password is null ? null : passwords.Hash(request.Password);
        var (outcome, user) = await users.UpdateAsync(id, request.Role, request.Disabled, hash, cancellation);
        if (outcome != UserOutcome.Done)
        {
            return ProblemOf(outcome, id);
        }

        await audit.AppendAsync(
            context, context.User.CallerName(), "user-changed", $"user {id}",
            new()
            {
                ["username"] = user!.Username,
                ["role"] = user.Role.Word(),
                ["disabled"] = user.Disabled,
                ["passwordChanged"] = hash is not null,
                ["before"] = new JsonObject { ["role"] = before.Role.Word(), ["disabled"] = before.Disabled },
            },
            cancellation);
        return TypedResults.Ok(user);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteUserAsync(
        int id, HttpContext context, UserStore users, AuditLog audit, CancellationToken cancellation)
    {
        var (outcome, username) = await users.RemoveAsync(id, cancellation);
        if (outcome != UserOutcome.Done)
        {
            return ProblemOf(outcome, id);
        }

        await audit.AppendAsync(
            context, context.User.CallerName(), "user-deleted", $"user {id}", new() { ["username"] = username }, cancellation);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult ProblemOf(UserOutcome outcome, int id) => outcome switch
    {
        UserOutcome.NotFound => UserProblems.NotFound(id),
        UserOutcome.LastAdmin => UserProblems.LastAdmin(),
        _ => throw new UnreachableException($"{outcome}"),
    };
}
