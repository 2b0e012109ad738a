using Fixity.Scheduler.Schedules;
using Fixity.Scheduler.Verification;

namespace Fixity.Scheduler.Tests.Verification;

public sealed class RunGapTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 3 * * *", "UTC", 24)]
    [InlineData("0 3 * * *", "Europe/Berlin", 25)]      // the longest day of the year
    [InlineData("0 */6 * * *", "UTC", 6)]
    [InlineData("0 3 * * 1", "UTC", 7 * 24)]
    [InlineData("0 3 * * 1,2", "UTC", 6 * 24)]          // from Tuesday to Monday
    [InlineData("0 3 1 * *", "UTC", 31 * 24)]
    [InlineData("0 3 1 1 *", "UTC", 365 * 24)]
    public void It_is_the_longest_wait_between_two_runs(string schedule, string zone, int hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), Of(schedule, zone));

    [Fact]
    public void What_puts_a_run_off_and_how_long_it_takes_come_on_top() =>
        Assert.Equal(
            TimeSpan.FromHours(24 + 2 + 1), Of("0 3 * * *", "UTC", TimeSpan.FromHours(2), TimeSpan.FromHours(1)));

    [Fact]
    public void A_schedule_that_never_comes_has_no_gap() => Assert.Null(Of("0 3 31 2 *", "UTC"));

    private static TimeSpan? Of(string schedule, string zone, TimeSpan putOff = default, TimeSpan lasts = default) =>
        RunGap.Longest(Now, after => CronSchedule.NextRun(schedule, zone, after), putOff, lasts);
}
