using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Fixity.Scheduler.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fixity.Scheduler.Scans;

/// <summary>HTTP surface of scans: ask for one, ask for all, pause, resume, cancel.</summary>
internal static class ScanEndpoints
{
    public static void MapScans(this IEndpointRouteBuilder routes)
    {
        var scans = routes.MapGroup("").WithTags("Scans").RequireAuthorization(Roles.Operator)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        scans.MapPost("/targets/{id:int}/scans", RequestScanAsync)
            .WithName("requestScan")
            .WithSummary("Queue a scan of a target, or find the one that is active")
            .KeptTo(TargetIn.Path)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithProblems(TargetProblems.NotFound(3), TargetProblems.Disabled(3));

        scans.MapPost("/scan/now", ScanNowAsync)
            .WithName("scanNow")
            .WithSummary("Queue a scan of every enabled target, at most once a minute")
            .WithProblems(ScanProblems.TooSoon(TimeSpan.FromSeconds(42)));

        MapControl(scans, "pause", "Pause a scan; it keeps its place", ScanControl.Pause);
        MapControl(scans, "resume", "Let a paused scan go on", ScanControl.Resume);
        MapControl(scans, "cancel", "Cancel a scan; what it found so far stays", ScanControl.Cancel);
    }

    private static void MapControl(RouteGroupBuilder scans, string verb, string summary, ScanControl wanted) =>
        scans.MapPost($"/scans/{{id:long}}/{verb}", (
                long id, ClaimsPrincipal caller, ScanControlStore store, CancellationToken cancellation) =>
                ControlAsync(id, wanted, caller, store, cancellation))
            .WithName($"{verb}Scan")
            .WithSummary(summary)
            .KeptTo(TargetIn.Rows)
            .WithProblems(
                ScanProblems.NotFound(17), ScanProblems.NotActive(17, "completed", cancelling: false),
                ScanProblems.InBlackout(17, DateTimeOffset.UnixEpoch));

    private static async Task<Results<Accepted<ScanTicket>, Ok<ScanTicket>, ProblemHttpResult>> RequestScanAsync(
        int id, [FromBody] ScanRequest? request, ScanStore scans, ClaimsPrincipal caller, CancellationToken cancellation)
    {
        var order = new ScanOrder(id, ScanTrigger.Manual)
        {
            Mode = request?.Mode ?? ScanMode.Incremental,
            RequestedBy = caller.CallerName(),
        };
        var scan = await scans.EnqueueAsync(order, cancellation);
        switch (scan.Outcome)
        {
            case EnqueueOutcome.Queued:
                var ticket = ScanTicket.Of(scan.ScanId!.Value, scan.Status!);
                return TypedResults.Accepted(ticket.StatusUrl, ticket);
            case EnqueueOutcome.AlreadyActive:
                return TypedResults.Ok(ScanTicket.Of(scan.ScanId!.Value, scan.Status!));
            case EnqueueOutcome.TargetUnknown:
                return TargetProblems.NotFound(id);
            case EnqueueOutcome.TargetDisabled:
                return TargetProblems.Disabled(id);
            default:
                throw new UnreachableException($"{scan.Outcome}");
        }
    }

    private static async Task<Results<Accepted<ScanNowAnswer>, ProblemHttpResult>> ScanNowAsync(
        ScanNowStore scans, ClaimsPrincipal caller, HttpResponse response, CancellationToken cancellation)
    {
        var (scanIds, wait) = await scans.EnqueueAllAsync(caller.CallerName(), cancellation);
        if (wait is { } left)
        {
            response.Headers.RetryAfter = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ScanProblems.TooSoon(left);
        }

        return TypedResults.Accepted((string?)null, new ScanNowAnswer(scanIds));
    }

    private static async Task<Results<Accepted<ScanTicket>, ProblemHttpResult>> ControlAsync(
        long id, ScanControl wanted, ClaimsPrincipal caller, ScanControlStore scans, CancellationToken cancellation)
    {
        if (await scans.ControlAsync(id, wanted, caller.Targets(), cancellation) is not { } scan)
        {
            return ScanProblems.NotFound(id);
        }

        if (scan.HeldUntil is { } until)
        {
            return ScanProblems.InBlackout(id, until);
        }

        var ticket = ScanTicket.Of(id, scan.Status);
        return scan.Changed
            ? TypedResults.Accepted(ticket.StatusUrl, ticket)
            : ScanProblems.NotActive(id, scan.Status, scan.Cancelling);
    }
}
