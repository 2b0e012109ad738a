using System.Globalization;
using Fixity.Core.Schedules;
using Fixity.Scheduler.Targets;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Scheduler.Schedules;

/// <summary>HTTP surface of schedules: what one means, before it is saved.</summary>
internal static class ScheduleEndpoints
{
    private const int PreviewedRuns = 5;

    // Five leap days lie twenty years apart.
    private static readonly TimeSpan Foresight = TimeSpan.FromDays(25 * 366);

    public static void MapSchedules(this IEndpointRouteBuilder routes) => routes
        .MapPost("/schedules/preview", Preview)
        .RequireAuthorization(Roles.Admin)
        .WithTags("Targets")
        .WithName("previewSchedule")
        .WithSummary("Say what a schedule means, and when its next five runs are")
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden);

    private static Results<Ok<SchedulePreview>, ProblemHttpResult> Preview(
        ScheduleSettings settings, ScheduleRules rules, TimeProvider clock)
    {
        var errors = new FieldErrors();
        rules.Check(settings, errors.Require);
        return errors.Any
            ? Problem.Validation(errors.ByField)
            : TypedResults.Ok(PreviewOf(settings, clock.GetUtcNow()));
    }

    private static SchedulePreview PreviewOf(ScheduleSettings settings, DateTimeOffset now)
    {
        var words = ScheduleWords.Describe(settings.Schedule);
        if (settings.Schedule is not { } text)
        {
            return new SchedulePreview(words, []);
        }

        if (settings.JitterMinutes > 0)
        {
            words += $", up to {settings.JitterMinutes} min later";
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.TimeZone);
        if (!Schedule.TryParse(text, zone, out var schedule, out var problem))
        {
            throw new InvalidDataException(problem);
        }

        var runs = schedule.RunsAfter(now, new BlackoutCalendar(settings.Blackouts ?? [], zone))
            .TakeWhile(run => run.Due - now < Foresight)
            .Take(PreviewedRuns);
        return new SchedulePreview(words, [.. runs.Select(run => new PreviewedRun(
            run.Start.ToUniversalTime(), LocalText(run.Start, zone), run.Start == run.Due ? null : run.Due.ToUniversalTime()))]);
    }

    private static string LocalText(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone)
        .ToString("dddd d MMMM yyyy, HH:mm zzz", CultureInfo.InvariantCulture);
}
