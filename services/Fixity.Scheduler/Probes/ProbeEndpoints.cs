using System.Security.Claims;
using System.Security.Cryptography;
using Fixity.Data.Columns;
using Fixity.Scheduler.Storage;
using Fixity.Scheduler.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fixity.Scheduler.Probes;

/// <summary>"Test connection": whether a storage can be reached and read, said in under 10 s and with the exact cause.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder routes)
    {
        var probes = routes.MapGroup("/targets").WithTags("Targets").RequireAuthorization(Roles.Admin)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesValidationProblem();

        probes.MapPost("/probe", ProbeAsync)
            .WithName("probeStorage")
            .WithSummary("Try to reach and read a storage before it is a target");

        probes.MapPost("/{id:int}/probe", ProbeTargetAsync)
            .WithName("probeTarget")
            .WithSummary("Try to reach and read a target's storage, as it is saved or with other settings")
            .WithProblems(TargetProblems.NotFound(3));
    }

    private static Task<Results<Ok<ProbeAnswer>, ProblemHttpResult>> ProbeAsync(
        StorageSettings settings, ProbeStore probes, StorageRules rules, ClaimsPrincipal caller,
        ILogger<ProbeStore> logger, CancellationToken cancellation) =>
        CheckAndRunAsync(settings, null, probes, rules, caller, logger, cancellation);

    private static async Task<Results<Ok<ProbeAnswer>, ProblemHttpResult>> ProbeTargetAsync(
        int id, [FromBody] StorageSettings? settings, TargetStore targets, ProbeStore probes, StorageRules rules,
        ClaimsPrincipal caller, ILogger<ProbeStore> logger, CancellationToken cancellation)
    {
        if (await targets.FindStorageAsync(id, cancellation) is not { } saved)
        {
            return TargetProblems.NotFound(id);
        }

        return settings is null
            ? await RunAsync(
                new ProbeRequest(saved.Settings, saved, IsSaved: true, caller.CallerName()), probes, logger, cancellation)
            : await CheckAndRunAsync(settings, saved, probes, rules, caller, logger, cancellation);
    }

    private static async Task<Results<Ok<ProbeAnswer>, ProblemHttpResult>> CheckAndRunAsync(
        StorageSettings asked, SavedStorage? saved, ProbeStore probes, StorageRules rules, ClaimsPrincipal caller,
        ILogger logger, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        var settings = await rules.CheckAsync(asked, saved, errors.Require, cancellation);
        return errors.Any
            ? Problem.Validation(errors.ByField)
            : await RunAsync(
                new ProbeRequest(settings, saved, AreSame(settings, saved), caller.CallerName()), probes, logger, cancellation);
    }

    private static bool AreSame(StorageSettings settings, SavedStorage? saved) =>
        saved is not null && settings.Credentials is null && settings.Type == saved.Type && settings.Root == saved.Root
        && TargetConnectionColumn.Write(settings.Connection!) == TargetConnectionColumn.Write(saved.Connection);

    private static async Task<Ok<ProbeAnswer>> RunAsync(
        ProbeRequest request, ProbeStore probes, ILogger logger, CancellationToken cancellation)
    {
        ProbeAnswer answer;
        try
        {
            answer = await probes.RunAsync(request, cancellation);
        }
        catch (CryptographicException e)
        {
            logger.CredentialsNotOpened(request.Saved?.TargetId, e.Message);
            answer = new ProbeAnswer(
                ProbeVerdicts.CredentialsMissing,
                "The stored credentials cannot be opened with the encryption key of today; give them again.", null, null, 0);
        }

        logger.Probed(request.Settings.Root!, request.By, answer.Verdict, answer.TookMs);
        return TypedResults.Ok(answer);
    }
}
