using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Data;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.GlobalSettings;

/// <summary>HTTP surface of the settings that hold for all of Fixity.</summary>
internal static class SettingEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var settings = routes.MapGroup("/settings").WithTags("Settings")
            .ProducesProblem(StatusCodes.Status401Unauthorized);

        settings.MapGet("/", ListAsync)
            .RequireAuthorization(Roles.Viewer)
            .WithName("listSettings")
            .WithSummary("All settings: what holds, the default, the bounds, and who changed it when");

        settings.MapPut("/", UpdateAsync)
            .RequireAuthorization(Roles.Admin)
            .WithName("updateSettings")
            .WithSummary("Change the settings that are named; null resets one to its default")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<SettingList>> ListAsync(SettingStore settings, CancellationToken cancellation) =>
        TypedResults.Ok(await settings.ListAsync(cancellation));

    private static async Task<Results<Ok<SettingList>, ProblemHttpResult>> UpdateAsync(
        Dictionary<string, JsonElement> values, SettingRules rules, SettingStore settings, SettingsReader current,
        ClaimsPrincipal caller, HttpResponse response, ILogger<SettingStore> logger, CancellationToken cancellation)
    {
        var errors = rules.Check(values);
        if (errors.Any)
        {
            return Problem.Validation(errors.ByField);
        }

        var changes = await settings.WriteAsync(values, caller.CallerName(), cancellation);
        foreach (var change in changes)
        {
            logger.SettingChanged(change.Key, caller.CallerName(), change.Before, change.After ?? "default");
        }

        if (changes.Count > 0)
        {
            response.AddAuditNote(new AuditNote(
                "settings-changed", "settings",
                new(changes.Select(change => KeyValuePair.Create(change.Key, JsonNode.Parse(change.Before)))),
                new(changes.Select(change => KeyValuePair.Create(
                    change.Key, change.After is null ? JsonValue.Create("default") : JsonNode.Parse(change.After))))));
        }

        // Whoever asks this replica next is answered by them.
        await current.RefreshAsync(cancellation);
        return TypedResults.Ok(await settings.ListAsync(cancellation));
    }
}
