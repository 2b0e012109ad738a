using System.Globalization;
using Fixity.Scheduler.Schedules;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class CronScheduleTests
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
    public void The_next_run_is_what_a_crontab_means(string line, string zone, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), CronSchedule.NextRun(line, zone, Now));

    [Theory]
    [InlineData("0 0 31 2 *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("@daily")]
    [InlineData("0 0 3 * * *")]
    [InlineData("0 24 * * *")]
    [InlineData("0 3 * *")]
    [InlineData("")]
    public void What_is_no_line_of_five_fields_or_never_comes_has_no_next_run(string line) =>
        Assert.Null(CronSchedule.NextRun(line, "UTC", Now));
}
