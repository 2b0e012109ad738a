using System.Security.Claims;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Deliveries.Attempts;

/// <summary>HTTP surface of attempts: what was tried last, and what the receiver said.</summary>
internal static class AttemptEndpoints
{
    public static void MapAttempts(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/webhooks/{id:int}/attempts", ListAsync)
            .WithTags("Deliveries")
            .WithName("listAttempts")
            .WithSummary("A webhook's last fifty attempts, newest first")
            .RequireAuthorization(Roles.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .WithProblems(WebhookProblems.NotFound(2));

    private static async Task<Results<Ok<Page<AttemptView>>, ProblemHttpResult>> ListAsync(
        int id, ClaimsPrincipal caller, AttemptQueries attempts, WebhookStore webhooks, CancellationToken cancellation)
    {
        if (await webhooks.FindDestinationAsync(id, cancellation) is null)
        {
            return WebhookProblems.NotFound(id);
        }

        // What a server within the network answers is not for everybody who may look at alerts.
        var mayReadAnswers = caller.FindFirstValue(ClaimTypes.Role) is { } role && Roles.Covers(role, Roles.Admin);
        var rows = await attempts.ListAsync(id, AttemptStore.KeptPerWebhook, cancellation);
        IReadOnlyList<AttemptView> shown = [.. rows.Select(a => mayReadAnswers ? a : a with { ResponseBody = null })];
        return TypedResults.Ok(new Page<AttemptView>(shown, null));
    }
}
