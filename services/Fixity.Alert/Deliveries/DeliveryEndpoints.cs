using System.Diagnostics;
using System.Security.Claims;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Deliveries;

/// <summary>HTTP surface of deliveries: what was sent and what came of it, and send one again.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/api/v1").WithTags("Deliveries")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        deliveries.MapGet("/webhooks/{id:int}/deliveries", ListAsync)
            .WithName("listDeliveries")
            .WithSummary("A webhook's deliveries, newest first")
            .RequireAuthorization(Roles.Viewer)
            .ProducesValidationProblem()
            .WithProblems(WebhookProblems.NotFound(2));

        deliveries.MapPost("/deliveries/{id:guid}/resend", ResendAsync)
            .WithName("resendDelivery")
            .WithSummary("Send a delivery again, with the same id and payload")
            .RequireAuthorization(Roles.Admin)
            .WithProblems(
                DeliveryProblems.NotFound(Guid.Empty), DeliveryProblems.BeingSent(Guid.Empty),
                DeliveryProblems.SwitchedOff(Guid.Empty));
    }

    private static async Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> ListAsync(
        int id, DeliveryQueries deliveries, WebhookStore webhooks, CancellationToken cancellation,
        string? cursor = null, int? limit = null)
    {
        if (!Cursor.TryDecode<DeliveryKey>(cursor, out var before))
        {
            return WebhookProblems.CursorUnreadable();
        }

        if (await webhooks.FindDestinationAsync(id, cancellation) is null)
        {
            return WebhookProblems.NotFound(id);
        }

        var size = Cursor.Limit(limit);
        var rows = await deliveries.ListAsync(id, before, size + 1, cancellation);
        return TypedResults.Ok(
            Page.From(rows, size, last => Cursor.Encode(new DeliveryKey(last.CreatedAt, last.Id))));
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> ResendAsync(
        Guid id, ClaimsPrincipal caller, DeliveryQueries deliveries, DeliveryWorker worker,
        ILogger<DeliveryWorker> logger, CancellationToken cancellation)
    {
        switch (await deliveries.ResendAsync(id, cancellation))
        {
            case ResendOutcome.Queued:
                logger.Resent(id, caller.CallerName());
                worker.Wake();
                return TypedResults.Accepted((string?)null);
            case ResendOutcome.BeingSent:
                return DeliveryProblems.BeingSent(id);
            case ResendOutcome.SwitchedOff:
                return DeliveryProblems.SwitchedOff(id);
            case ResendOutcome.Unknown:
                return DeliveryProblems.NotFound(id);
            default:
                throw new UnreachableException();
        }
    }
}
