using System.Text.Json.Nodes;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Severities;

/// <summary>HTTP surface of severities: how much events matter, and where a target says otherwise.</summary>
internal static class SeverityEndpoints
{
    public static void MapSeverities(this IEndpointRouteBuilder routes)
    {
        var severities = routes.MapGroup("/api/v1/severities").WithTags("Severities")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        severities.MapGet("", ListAsync)
            .WithName("listSeverities")
            .WithSummary("How much each event matters, and where targets say otherwise")
            .RequireAuthorization(Roles.Viewer);

        severities.MapPut("/{targetId:int}", ChangeAsync)
            .WithName("changeSeverities")
            .WithSummary("Say how much the named events of a target matter; null: as everywhere")
            .RequireAuthorization(Roles.Operator)
            .ProducesValidationProblem()
            .WithProblems(TargetNotFound(3));
    }

    private static async Task<Ok<SeverityList>> ListAsync(SeverityStore severities, CancellationToken cancellation) =>
        TypedResults.Ok(await severities.ListAsync(cancellation));

    private static async Task<Results<Ok<TargetSeverities>, ProblemHttpResult>> ChangeAsync(
        int targetId, IReadOnlyDictionary<string, Severity?> request, HttpContext context, SeverityStore severities,
        ILogger<SeverityStore> logger, CancellationToken cancellation)
    {
        if (request.Keys.FirstOrDefault(type => !EventTypes.All.Contains(type)) is { } unknown)
        {
            return Problem.Validation(new Dictionary<string, string[]> { [unknown] = [EventTypes.Unknown(unknown)] });
        }

        var by = context.User.CallerName();
        if (await severities.ChangeAsync(targetId, request, by, cancellation) is not (var before, var said))
        {
            return TargetNotFound(targetId);
        }

        logger.SeveritiesChanged(targetId, by);
        context.Response.AddAuditNote(new AuditNote(
            "severities-changed", $"target {targetId}", Told(request.Keys, before), Told(request.Keys, said)));
        return TypedResults.Ok(said);
    }

    private static ProblemHttpResult TargetNotFound(int targetId) => Problem.Of(
        StatusCodes.Status404NotFound, "target-not-found", "No such target",
        $"Target {targetId} does not exist or was deleted.");

    private static JsonObject Told(IEnumerable<string> events, TargetSeverities severities) => new(events.Select(type =>
        KeyValuePair.Create(type, (JsonNode?)JsonValue.Create(
            severities.Severities.TryGetValue(type, out var severity) ? severity.Word() : "default"))));
}
