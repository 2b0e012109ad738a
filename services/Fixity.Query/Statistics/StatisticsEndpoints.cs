using System.ComponentModel;
using Fixity.Core;
using Fixity.Data;
using Fixity.Query.Reading;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Statistics;

/// <summary>HTTP surface of the numbers: how it stands, what was found day by day, what was verified.</summary>
internal static class StatisticsEndpoints
{
    // A day more than a leap year: the same day a year before is still on the page.
    private const int MostDays = 367;

    // PostgreSQL and .NET agree on what lies between, and there is a day before and after each.
    private const int FirstYear = 1970;
    private const int LastYear = 9998;

    private const string OneTarget = "Of this target alone.";

    public static void MapStatistics(this IEndpointRouteBuilder routes)
    {
        var statistics = routes.MapGroup("/stats").WithTags("Statistics");

        statistics.MapGet("/overview", GetOverviewAsync)
            .WithName("getOverview")
            .WithSummary("How everything that is watched stands")
            .KeptTo(TargetIn.Query);

        statistics.MapGet("/activity", GetActivityAsync)
            .WithName("getActivity")
            .WithSummary("What was found day by day, for up to a year")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem();

        statistics.MapGet("/verification", ListVerificationAsync)
            .WithName("listVerification")
            .WithSummary("How long ago the files of each target were last verified")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem();

        statistics.MapGet("/coverage", ListCoverageAsync)
            .WithName("listCoverage")
            .WithSummary("What was promised of each target in a period, what was done, and what was not and why")
            .KeptTo(TargetIn.Query)
            .ProducesValidationProblem();
    }

    private static async Task<Ok<OverviewView>> GetOverviewAsync(
        StatisticsQueries statistics, [Description(OneTarget)] int? target, CancellationToken cancellation) =>
        TypedResults.Ok(await statistics.OverviewAsync(target, cancellation));

    private static async Task<Results<Ok<ActivityView>, ProblemHttpResult>> GetActivityAsync(
        ActivityQueries activity,
        SettingsReader settings,
        TimeProvider clock,
        [Description(OneTarget)] int? target,
        [Description("The first day; unless it is given, a year before the last.")] DateOnly? from,
        [Description("The last day; today unless it is given.")] DateOnly? to,
        [Description("In which days begin, such as Europe/Berlin; unless it is given, the one of the settings.")]
        string? timeZone,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var zoneName = string.IsNullOrEmpty(timeZone) ? settings.Current.Of(Settings.DefaultTimeZone) : timeZone;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var zone) || !zone.HasIanaId)
        {
            return UnknownZone(filters, zoneName);
        }

        var last = to ?? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).DateTime);
        var first = from ?? (last.Year <= FirstYear ? last : last.AddYears(-1).AddDays(1));
        if (first > last || last.DayNumber - first.DayNumber >= MostDays)
        {
            filters.Refuse("from", $"Not after the last day, and at most {MostDays} days with it.");
        }

        if (first.Year < FirstYear || last.Year > LastYear)
        {
            filters.Refuse("to", $"All days lie in the years {FirstYear} to {LastYear}.");
        }

        if (filters.Problem is { } problem)
        {
            return problem;
        }

        return await activity.DaysAsync(target, first, last, zoneName, cancellation) is { } days
            ? TypedResults.Ok(new ActivityView(zoneName, first, last, days))
            : UnknownZone(filters, zoneName);
    }

    private static async Task<Results<Ok<Page<VerificationView>>, ProblemHttpResult>> ListVerificationAsync(
        VerificationQueries verification,
        [Description(OneTarget)] int? target,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var after = filters.Cursor(cursor, "", FilterReader.IsText);
        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(PageOf(await verification.AgesAsync(target, after, size, cancellation), size));
    }

    private static async Task<Results<Ok<Page<CoverageView>>, ProblemHttpResult>> ListCoverageAsync(
        VerificationQueries verification,
        TimeProvider clock,
        [Description(OneTarget)] int? target,
        [Description("Begin of the period; unless it is given, as many days before its end as were promised.")]
        DateTimeOffset? since,
        [Description("End of the period; now unless it is given.")] DateTimeOffset? until,
        string? cursor,
        [Description(Limits.Description)] int? limit,
        CancellationToken cancellation)
    {
        var filters = new FilterReader();
        var after = filters.Cursor(cursor, "", FilterReader.IsText);
        until = until >= clock.GetUtcNow() ? null : until;
        if (since >= (until ?? clock.GetUtcNow()) || since?.Year < FirstYear)
        {
            filters.Refuse("since", $"Before the end of the period and of this moment, and not before {FirstYear}.");
        }

        if (filters.Problem is { } problem)
        {
            return problem;
        }

        var size = Cursor.Limit(limit);
        return TypedResults.Ok(PageOf(
            await verification.CoverageAsync(target, since, until, after, size, cancellation), size));
    }

    private static Page<T> PageOf<T>(List<(string SortKey, T View)> rows, int size)
    {
        var page = Page.From(rows, size, row => Cursor.Encode(row.SortKey));
        return new Page<T>([.. page.Items.Select(row => row.View)], page.NextCursor);
    }

    private static ProblemHttpResult UnknownZone(FilterReader filters, string name)
    {
        filters.Refuse("timeZone", $"The time zone '{name}' is not known; write it like Europe/Berlin.");
        return filters.Problem!;
    }
}
