using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Statistics;

/// <summary>HTTP surface of the numbers on the first page.</summary>
internal static class StatisticsEndpoints
{
    public static void MapStatistics(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/stats").WithTags("Statistics").MapGet("/overview", GetOverviewAsync)
            .WithName("getOverview")
            .WithSummary("How everything that is watched stands");

    private static async Task<Ok<OverviewView>> GetOverviewAsync(
        StatisticsQueries statistics, CancellationToken cancellation) =>
        TypedResults.Ok(await statistics.OverviewAsync(cancellation));
}
