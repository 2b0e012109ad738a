using System.Security.Claims;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Webhooks;

/// <summary>HTTP surface of webhooks: say who is told, look at how they fare.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/api/v1/webhooks").WithTags("Webhooks")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        webhooks.MapGet("", ListAsync)
            .WithName("listWebhooks")
            .WithSummary("Webhooks and how they fare")
            .RequireAuthorization(Roles.Viewer)
            .ProducesValidationProblem();

        webhooks.MapPost("", CreateAsync)
            .WithName("createWebhook")
            .WithSummary("Add a webhook; the answer is the only one that holds its secret")
            .RequireAuthorization(Roles.Admin)
            .ProducesValidationProblem()
            .WithProblems(WebhookProblems.NotFound(2));

        webhooks.MapGet("/{id:int}", GetAsync)
            .WithName("getWebhook")
            .WithSummary("One webhook")
            .RequireAuthorization(Roles.Viewer)
            .WithProblems(WebhookProblems.NotFound(2));

        webhooks.MapPut("/{id:int}", ReplaceAsync)
            .WithName("updateWebhook")
            .WithSummary("Replace a webhook's settings; the secret only when one is given")
            .RequireAuthorization(Roles.Admin)
            .ProducesValidationProblem()
            .WithProblems(WebhookProblems.NotFound(2));

        webhooks.MapDelete("/{id:int}", DeleteAsync)
            .WithName("deleteWebhook")
            .WithSummary("Remove a webhook and its deliveries")
            .RequireAuthorization(Roles.Admin)
            .WithProblems(WebhookProblems.NotFound(2));
    }

    private static async Task<Results<Ok<Page<Webhook>>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal caller, WebhookQueries webhooks, CancellationToken cancellation, string? cursor = null,
        int? limit = null)
    {
        if (!Cursor.TryDecode<int>(cursor, out var after))
        {
            return WebhookProblems.CursorUnreadable();
        }

        var size = Cursor.Limit(limit);
        var rows = await webhooks.ListAsync(after, size + 1, cancellation);
        return TypedResults.Ok(
            Page.From([.. rows.Select(webhook => Shown(webhook, caller))], size, last => Cursor.Encode(last.Id)));
    }

    private static async Task<Results<Created<WebhookCreated>, ProblemHttpResult>> CreateAsync(
        WebhookRequest request, HttpContext context, WebhookStore store, WebhookQueries webhooks,
        WebhookChecks checks, ILogger<WebhookStore> logger, CancellationToken cancellation)
    {
        if (await checks.CheckAsync(request, before: null, cancellation) is { Count: > 0 } errors)
        {
            return Problem.Validation(errors);
        }

        var secret = request.Secret ?? WebhookSecrets.Generate();
        var id = await store.CreateAsync(request, secret, cancellation);
        logger.WebhookCreated(id, context.User.CallerName());
        if (await webhooks.FindAsync(id, cancellation) is not { } webhook)
        {
            return WebhookProblems.NotFound(id);
        }

        context.Response.AddAuditNote(
            AuditNote.Created("webhook-created", $"webhook {id}", AuditedWebhook.Of(webhook)));
        return TypedResults.Created($"/api/v1/webhooks/{id}", new WebhookCreated(webhook, secret));
    }

    private static async Task<Results<Ok<Webhook>, ProblemHttpResult>> GetAsync(
        int id, ClaimsPrincipal caller, WebhookQueries webhooks, CancellationToken cancellation) =>
        await webhooks.FindAsync(id, cancellation) is { } webhook
            ? TypedResults.Ok(Shown(webhook, caller))
            : WebhookProblems.NotFound(id);

    private static async Task<Results<Ok<Webhook>, ProblemHttpResult>> ReplaceAsync(
        int id, WebhookRequest request, HttpContext context, WebhookStore store, WebhookQueries webhooks,
        WebhookChecks checks, ILogger<WebhookStore> logger, CancellationToken cancellation)
    {
        if (await webhooks.FindAsync(id, cancellation) is not { } before)
        {
            return WebhookProblems.NotFound(id);
        }

        if (await checks.CheckAsync(request, before, cancellation) is { Count: > 0 } errors)
        {
            return Problem.Validation(errors);
        }

        if (!await store.ReplaceAsync(id, request, cancellation))
        {
            return WebhookProblems.NotFound(id);
        }

        logger.WebhookReplaced(id, context.User.CallerName());
        if (await webhooks.FindAsync(id, cancellation) is not { } after)
        {
            return WebhookProblems.NotFound(id);
        }

        context.Response.AddAuditNote(AuditNote.Changed(
            "webhook-changed", $"webhook {id}", AuditedWebhook.Of(before), AuditedWebhook.Of(after),
            AuditedWebhook.SecretsIn(request, before)));
        return TypedResults.Ok(Shown(after, context.User));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        int id, HttpContext context, WebhookStore store, WebhookQueries webhooks, ILogger<WebhookStore> logger,
        CancellationToken cancellation)
    {
        var before = await webhooks.FindAsync(id, cancellation);
        if (!await store.DeleteAsync(id, cancellation))
        {
            return WebhookProblems.NotFound(id);
        }

        logger.WebhookDeleted(id, context.User.CallerName());
        if (before is not null)
        {
            context.Response.AddAuditNote(
                AuditNote.Removed("webhook-deleted", $"webhook {id}", AuditedWebhook.Of(before)));
        }

        return TypedResults.NoContent();
    }

    // Whoever knows the whole URL of a chat's webhook may post to that chat.
    private static Webhook Shown(Webhook webhook, ClaimsPrincipal caller) =>
        caller.FindFirstValue(ClaimTypes.Role) is { } role && Roles.Covers(role, Roles.Admin)
            ? webhook
            : webhook.WithoutSecretUrl();
}
