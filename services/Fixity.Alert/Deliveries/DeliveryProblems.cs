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
}
