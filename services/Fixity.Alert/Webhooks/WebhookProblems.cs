using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Webhooks;

/// <summary>Every expected failure of the webhook API.</summary>
internal static class WebhookProblems
{
    public static ProblemHttpResult NotFound(int id) => Problem.Of(
        StatusCodes.Status404NotFound, "webhook-not-found", "No such webhook",
        $"Webhook {id} does not exist or was deleted.");

    public static ProblemHttpResult CursorUnreadable() => Problem.Validation(new Dictionary<string, string[]>
    {
        ["cursor"] = ["cursor must be the nextCursor of an earlier page of this list."],
    });
}
