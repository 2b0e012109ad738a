using System.Globalization;
using Fixity.Core.Schedules;

namespace Fixity.Core.Tests.Schedules;

public sealed class BlackoutCalendarTests
{
    private static readonly string[] EveryDay = [.. Blackout.DayNames];

    [Theory]
    // Over midnight, and from within.
    [InlineData("22:00-06:00", "UTC", "2026-03-10T12:00Z", "2026-03-10T22:00Z", "2026-03-11T06:00Z")]
    [InlineData("22:00-06:00", "UTC", "2026-03-11T05:59Z", "2026-03-10T22:00Z", "2026-03-11T06:00Z")]
    [InlineData("22:00-06:00", "UTC", "2026-03-11T06:00Z", "2026-03-11T22:00Z", "2026-03-12T06:00Z")]
    // An hour shorter and an hour longer, where the clocks change within.
    [InlineData("22:00-06:00", "Europe/Berlin", "2026-03-28T20:00Z", "2026-03-28T21:00Z", "2026-03-29T04:00Z")]
    [InlineData("22:00-06:00", "Europe/Berlin", "2026-10-24T19:00Z", "2026-10-24T20:00Z", "2026-10-25T05:00Z")]
    // 02:30 does not exist: the moment of the change. It comes twice: from the first to the second time.
    [InlineData("02:30-05:00", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-29T03:00Z")]
    [InlineData("01:00-02:30", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T00:00Z", "2026-03-29T01:00Z")]
    [InlineData("02:30-05:00", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-25T04:00Z")]
    [InlineData("01:00-02:30", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-24T23:00Z", "2026-10-25T01:30Z")]
    // All of it in the hour that does not exist: the next day's.
    [InlineData("02:10-02:50", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T00:10Z", "2026-03-30T00:50Z")]
    // Half an hour is put forward.
    [InlineData("01:00-02:15", "Australia/Lord_Howe", "2026-10-03T12:00Z", "2026-10-03T14:30Z", "2026-10-03T15:30Z")]
    public void A_window_is_where_the_clocks_of_its_zone_put_it(
        string times, string zone, string now, string from, string until) =>
        Assert.Equal(new TimeWindow(At(from), At(until)), Calendar(zone, Window(times)).CurrentOrNext(At(now)));

    [Fact]
    public void A_day_of_the_week_is_that_on_which_the_window_begins()
    {
        var friday = new Blackout(["friday"], new TimeOnly(20, 0), new TimeOnly(4, 0));

        Assert.Equal(
            new TimeWindow(At("2026-03-13T20:00Z"), At("2026-03-14T04:00Z")),
            Calendar("UTC", friday).CurrentOrNext(At("2026-03-14T03:00Z")));
        Assert.Equal(
            new TimeWindow(At("2026-03-20T20:00Z"), At("2026-03-21T04:00Z")),
            Calendar("UTC", friday).CurrentOrNext(At("2026-03-14T04:00Z")));
    }

    [Fact]
    public void Windows_that_touch_are_one()
    {
        var weekend = new Blackout(["saturday", "sunday"], new TimeOnly(0, 0), new TimeOnly(0, 0));
        var monday = new Blackout(["monday"], new TimeOnly(0, 0), new TimeOnly(6, 0));

        Assert.Equal(
            new TimeWindow(At("2026-03-14T00:00Z"), At("2026-03-16T06:00Z")),
            Calendar("UTC", monday, weekend).CurrentOrNext(At("2026-03-15T12:00Z")));
    }

    [Fact]
    public void Without_blackouts_there_is_no_window_and_nothing_waits()
    {
        Assert.Null(Calendar("UTC").CurrentOrNext(At("2026-03-14T03:00Z")));
        Assert.Equal(At("2026-03-14T03:00Z"), Calendar("UTC").After(At("2026-03-14T03:00Z")));
    }

    [Fact]
    public void What_falls_in_a_window_waits_for_its_end()
    {
        var calendar = Calendar("UTC", Window("22:00-06:00"));

        Assert.Equal(At("2026-03-14T06:00Z"), calendar.After(At("2026-03-14T03:00Z")));
        Assert.Equal(At("2026-03-14T06:00Z"), calendar.After(At("2026-03-14T06:00Z")));
    }

    [Theory]
    [InlineData(true, "00:00-12:00", "12:00-00:00")]
    [InlineData(true, "08:00-08:00")]
    [InlineData(false, "00:00-12:00", "12:01-00:00")]
    [InlineData(false, "22:00-21:59")]
    [InlineData(false)]
    public void Two_windows_may_leave_no_room(bool expected, params string[] times) =>
        Assert.Equal(expected, BlackoutCalendar.LeavesNoRoom([.. times.Select(Window)]));

    [Fact]
    public void What_is_left_of_the_week_counts_a_minute_once()
    {
        Assert.Equal(1, BlackoutCalendar.ShareLeft([]));
        Assert.Equal(0.75, BlackoutCalendar.ShareLeft([Window("22:00-02:00"), Window("00:00-04:00")]), 12);
    }

    private static BlackoutCalendar Calendar(string zone, params Blackout[] blackouts) =>
        new(blackouts, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static Blackout Window(string times) => new(
        EveryDay,
        TimeOnly.Parse(times.Split('-')[0], CultureInfo.InvariantCulture),
        TimeOnly.Parse(times.Split('-')[1], CultureInfo.InvariantCulture));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
