using System.Security.Claims;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Alert.Webhooks.Trials;

/// <summary>HTTP surface of trials: send samples now, also with settings that are not saved, and say what happened.</summary>
internal static class TrialEndpoints
{
    public static void MapTrials(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/api/v1/webhooks").WithTags("Webhooks")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        webhooks.MapPost("/{id:int}/test", TestSavedAsync)
            .WithName("testWebhook")
            .WithSummary("Send one test message now and say what happened")
            .RequireAuthorization(Roles.Admin)
            .WithProblems(WebhookProblems.NotFound(2));

        webhooks.MapPost("/test", TestAsync)
            .WithName("testWebhookSettings")
            .WithSummary("Send a sample of each event now, also with settings that are not saved, and say what happened")
            .RequireAuthorization(Roles.Admin)
            .ProducesValidationProblem()
            .WithProblems(WebhookProblems.NotFound(2));
    }

    private static async Task<Results<Ok<WebhookTestResult>, ProblemHttpResult>> TestSavedAsync(
        int id, ClaimsPrincipal caller, WebhookStore store, WebhookTrial trial, ILogger<WebhookTrial> logger,
        CancellationToken cancellation)
    {
        if (await store.FindDestinationAsync(id, cancellation) is not { } destination)
        {
            return WebhookProblems.NotFound(id);
        }

        logger.WebhookTried(id, caller.CallerName());
        return TypedResults.Ok(await trial.SendAsync(destination, EventTypes.Test, cancellation));
    }

    private static async Task<Results<Ok<WebhookTestReport>, ProblemHttpResult>> TestAsync(
        WebhookTestRequest request, ClaimsPrincipal caller, WebhookStore store, WebhookQueries webhooks, WebhookChecks checks,
        UnsavedWebhooks unsaved, WebhookTrial trial, ILogger<WebhookTrial> logger, CancellationToken cancellation)
    {
        var saved = request.Id is { } id ? await webhooks.FindAsync(id, cancellation) : null;
        if (request.Id is { } missing && saved is null)
        {
            return WebhookProblems.NotFound(missing);
        }

        var errors = request.Webhook is { } settings
            ? await checks.CheckAsync(settings, saved, cancellation)
            : saved is null ? Error("webhook", "Say which webhook to try: its id, or its settings.") : [];
        if (UnknownEvent(request.Events) is { } unknown)
        {
            errors.TryAdd("events", [unknown]);
        }

        if (errors.Count > 0)
        {
            return Problem.Validation(errors);
        }

        var kept = saved is null ? null : await store.FindDestinationAsync(saved.Id, cancellation);
        var destination = request.Webhook is null ? kept : unsaved.DestinationOf(request.Webhook, kept);
        if (destination is null)
        {
            return WebhookProblems.NotFound(request.Id ?? 0);
        }

        logger.WebhookTried(destination.WebhookId, caller.CallerName());
        return TypedResults.Ok(await trial.RunAsync(destination, EventsOf(request, saved), cancellation));
    }

    private static IReadOnlyList<string> EventsOf(WebhookTestRequest request, Webhook? saved)
    {
        if (request.Events is { Count: > 0 } chosen)
        {
            return [.. chosen.Distinct(StringComparer.Ordinal)];
        }

        var told = request.Webhook is { } settings
            ? WebhookTrial.EventsOf(settings.EventIncludes ?? [], settings.EventExcludes ?? [], settings.MinSeverity)
            : WebhookTrial.EventsOf(saved?.EventIncludes ?? [], saved?.EventExcludes ?? [], saved?.MinSeverity ?? default);
        return told.Count == 0 ? [EventTypes.Test] : told;
    }

    private static string? UnknownEvent(IReadOnlyList<string>? events) =>
        (events ?? []).Select(type => type ?? "").FirstOrDefault(type => type != EventTypes.Test && !EventTypes.All.Contains(type))
            is { } unknown
            ? EventTypes.Unknown(unknown)
            : null;

    private static Dictionary<string, string[]> Error(string field, string sentence) => new() { [field] = [sentence] };
}
