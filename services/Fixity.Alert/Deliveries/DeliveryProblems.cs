using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Deliveries;

/// <summary>Every expected failure of the delivery API.</summary>
internal static class DeliveryProblems
{
    public static ProblemHttpResult NotFound(Guid id) => Problem.Of(
        StatusCodes.Status404NotFound, "delivery-not-found", "No such delivery",
        $"Delivery {id} does not exist, or its webhook was deleted.");

    public static ProblemHttpResult BeingSent(Guid id) => Problem.Of(
        StatusCodes.Status409Conflict, "delivery-being-sent", "The delivery is being sent",
        $"Delivery {id} is on its way this moment; look at what comes of it first.");

    public static ProblemHttpResult SwitchedOff(Guid id) => Problem.Of(
        StatusCodes.Status409Conflict, "webhook-switched-off", "The webhook is switched off",
        $"Delivery {id} would only wait: enable its webhook first.");
}
