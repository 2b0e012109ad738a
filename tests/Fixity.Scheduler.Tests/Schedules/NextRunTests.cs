using System.Globalization;
using Fixity.Core.Schedules;
using Fixity.Scheduler.Schedules;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class NextRunTests
{
    // A Friday.
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 3 * * *", "UTC", "2026-01-03T03:00:00Z")]
    [InlineData("*/15 * * * *", "UTC", "2026-01-02T12:15:00Z")]
    [InlineData("0 3 * * 1", "UTC", "2026-01-05T03:00:00Z")] // 1 is Monday, as in every crontab and unlike in Quartz.
    [InlineData("0 3 * * 0", "UTC", "2026-01-04T03:00:00Z")]
    [InlineData("0 3 10 * 1", "UTC", "2026-01-05T03:00:00Z")] // Both days restricted: either one will do.
    [InlineData("0 3 29 2 *", "UTC", "2028-02-29T03:00:00Z")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-01-03T02:00:00Z")]
    [InlineData("0 3 1 7 *", "Europe/Berlin", "2026-07-01T01:00:00Z")]
    [InlineData("@hourly", "Europe/Berlin", "2026-01-02T13:00:00Z")]
    [InlineData("@daily", "Europe/Berlin", "2026-01-02T23:00:00Z")]
    [InlineData("@weekly", "UTC", "2026-01-04T00:00:00Z")]
    [InlineData("@monthly", "UTC", "2026-02-01T00:00:00Z")]
    [InlineData("@yearly", "UTC", "2027-01-01T00:00:00Z")]
    [InlineData("@every 6h", "Europe/Berlin", "2026-01-02T18:00:00Z")] // Counted in UTC, whatever the zone.
    [InlineData("@every 7d", "UTC", "2026-01-05T00:00:00Z")]
    [InlineData("@every 45m", "UTC", "2026-01-02T12:45:00Z")]
    public void The_next_run_is_what_a_crontab_means(string line, string zone, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), Schedule.NextRun(line, zone, Now));

    [Theory]
    [InlineData("0 0 31 2 *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("@reboot")]
    [InlineData("@every 10m")]
    [InlineData("@every 32d")]
    [InlineData("0 0 3 * * *")]
    [InlineData("0 24 * * *")]
    [InlineData("0 3 * *")]
    [InlineData("")]
    public void What_is_no_schedule_or_never_comes_has_no_next_run(string line) =>
        Assert.Null(Schedule.NextRun(line, "UTC", Now));

    [Theory]
    // 02:30 does not exist on the 29th, and comes twice on the 25th.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T01:00Z")]
    [InlineData("0 2 * * 0", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:00Z", "2026-11-01T01:00Z")]
    [InlineData("30 2 29 3 *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2027-03-29T00:30Z")]
    // Half an hour forward, and half an hour back.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z", "2026-10-04T15:15Z")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", "2026-04-04T14:45Z", "2026-04-05T15:15Z")]
    // A zone that is half an hour off the others.
    [InlineData("30 2 * * *", "America/St_Johns", "2026-03-07T12:00Z", "2026-03-08T05:30Z", "2026-03-09T05:00Z")]
    [InlineData("30 1 * * *", "America/St_Johns", "2026-10-31T12:00Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z")]
    public void A_day_on_which_the_clocks_change_has_one_run(string line, string zone, string from, params string[] expected)
    {
        var runs = new List<DateTimeOffset>();
        var time = At(from);
        foreach (var _ in expected)
        {
            time = Schedule.NextRun(line, zone, time)!.Value;
            runs.Add(time);
        }

        Assert.Equal(expected.Select(At), runs);
    }

    [Fact]
    public void A_year_of_daily_runs_has_one_a_day_in_every_zone()
    {
        foreach (var id in new[] { "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "America/Havana", "Africa/Cairo", "Pacific/Chatham" })
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
            foreach (var line in new[] { "0 0 * * *", "30 0 * * *", "30 1 * * *", "15 2 * * *", "30 2 * * *", "45 2 * * *", "30 3 * * *" })
            {
                Assert.True(Schedule.TryParse(line, zone, out var schedule, out _));
                var days = schedule.RunsAfter(At("2025-12-30T12:00Z"), new BlackoutCalendar([], zone))
                    .Select(run => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(run.Start, zone).DateTime))
                    .SkipWhile(day => day.Year < 2026)
                    .TakeWhile(day => day.Year == 2026)
                    .ToList();
                Assert.Equal(Enumerable.Range(0, 365).Select(new DateOnly(2026, 1, 1).AddDays), days);
            }
        }
    }

    [Fact]
    public void What_falls_in_a_blackout_begins_once_at_its_end()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.True(Schedule.TryParse("0 * * * *", zone, out var schedule, out _));
        var night = new Blackout([.. Blackout.DayNames], new TimeOnly(20, 0), new TimeOnly(6, 30));

        var runs = schedule.RunsAfter(At("2026-03-28T17:30Z"), new BlackoutCalendar([night], zone)).Take(3);

        Assert.Equal(
        [
            new PlannedRun(At("2026-03-28T18:00Z"), At("2026-03-28T18:00Z")),
            new PlannedRun(At("2026-03-28T19:00Z"), At("2026-03-29T04:30Z")),
            new PlannedRun(At("2026-03-29T05:00Z"), At("2026-03-29T05:00Z")),
        ], runs);
    }

    [Fact]
    public void Jitter_spreads_targets_and_is_the_same_each_time()
    {
        var due = At("2026-03-29T01:00Z");

        var spread = Enumerable.Range(1, 1_000).Select(target => Jitter.Spread(target, due, 600)).ToList();

        Assert.All(spread, seconds => Assert.InRange(seconds, 0, 600));
        // Each tenth of the time gets its share.
        Assert.All(spread.GroupBy(seconds => Math.Min(seconds / 60, 9)), tenth => Assert.InRange(tenth.Count(), 60, 140));
        Assert.Equal(spread, Enumerable.Range(1, 1_000).Select(target => Jitter.Spread(target, due, 600)));
        Assert.NotEqual(spread[0], Jitter.Spread(1, due.AddDays(1), 600));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
