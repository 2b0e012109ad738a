using System.Globalization;
using Fixity.Scheduler.Retention;

namespace Fixity.Scheduler.Tests.Retention;

public sealed class RetentionTimesTests
{
    [Theory]
    [InlineData("UTC", "2026-11-21T00:59:59Z", "2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z")]
    [InlineData("UTC", "2026-11-21T01:00:00Z", "2026-11-21T01:00:00Z", "2026-11-22T01:00:00Z")]
    [InlineData("Europe/Berlin", "2026-11-20T23:30:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")]
    [InlineData("America/St_Johns", "2026-07-01T03:00:00Z", "2026-06-30T03:30:00Z", "2026-07-01T03:30:00Z")]
    // Clocks go from 01:00 to 02:00 in London that night: an hour late, not never.
    [InlineData("Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z")]
    // And from 02:00 back to 01:00: once.
    [InlineData("Europe/London", "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-26T01:00:00Z")]
    public void The_quiet_time_is_one_o_clock_each_day_in_the_zone(string zone, string now, string last, string next)
    {
        var (at, of) = (Time(now), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal(Time(last), RetentionTimes.Last(at, of));
        Assert.Equal(Time(next), RetentionTimes.Next(at, of));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
