using Fixity.Core.Schedules;

namespace Fixity.Core.Tests.Schedules;

public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData(null, "By hand only")]
    [InlineData("0 3 * * *", "Every day at 03:00")]
    [InlineData("0 3,15 * * *", "Every day at 03:00 and 15:00")]
    [InlineData("0,30 6 * * *", "Every day at 06:00 and 06:30")]
    [InlineData("0 */6 * * *", "Every 6 hours")]
    [InlineData("20 */6 * * *", "Every 6 hours, at minute 20")]
    [InlineData("0 */5 * * *", "Every day at 00:00, 05:00, 10:00, 15:00 and 20:00")]
    [InlineData("0 * * * *", "Every hour")]
    [InlineData("5 * * * *", "Every hour, at minute 5")]
    [InlineData("*/15 * * * *", "Every 15 minutes")]
    [InlineData("* * * * *", "Every minute")]
    [InlineData("0 8-18 * * 1-5", "Every hour from 08:00 to 18:00, Monday to Friday")]
    [InlineData("*/10 8-18 * * *", "Every 10 minutes from 08:00 to 18:59")]
    [InlineData("30 2 * * 1-5", "Monday to Friday at 02:30")]
    [InlineData("30 2 * * MON-FRI", "Monday to Friday at 02:30")]
    [InlineData("0 3 * * 0", "Every Sunday at 03:00")]
    [InlineData("0 3 * * 7", "Every Sunday at 03:00")]
    [InlineData("0 3 * * 6,0", "Every Saturday and Sunday at 03:00")]
    [InlineData("0 3 * * 1,3", "Every Monday and Wednesday at 03:00")]
    [InlineData("0 3 1 * *", "On the 1st of every month at 03:00")]
    [InlineData("0 3 1,15 1,7 *", "On the 1st and 15th of January and July at 03:00")]
    [InlineData("0 3 1 * 1", "On the 1st of every month and every Monday at 03:00")]
    [InlineData("0 3 * 6 *", "Every day in June at 03:00")]
    [InlineData("@daily", "Every day at 00:00")]
    [InlineData("@weekly", "Every Sunday at 00:00")]
    [InlineData("@yearly", "On the 1st of January at 00:00")]
    [InlineData("@every 6h", "Every 6 hours")]
    [InlineData("@every 1d", "Every day")]
    [InlineData("@every 1h30m", "Every 1 hour and 30 minutes")]
    [InlineData("0 3 L * *", "By the cron line 0 3 L * *")]
    public void A_schedule_is_said_in_plain_words(string? schedule, string expected) =>
        Assert.Equal(expected, ScheduleWords.Describe(schedule));

    [Theory]
    [InlineData("@every 30m", 30)]
    [InlineData("@every 6h", 360)]
    [InlineData(" @every  1d12h ", 2160)]
    [InlineData("@every 31d", 44_640)]
    [InlineData("@every 29m", null)]
    [InlineData("@every 31d1m", null)]
    [InlineData("@every 90s", null)]
    [InlineData("@every 6", null)]
    [InlineData("@every h", null)]
    [InlineData("@every 1000000h", null)]
    [InlineData("@every", null)]
    [InlineData("@everything 6h", null)]
    public void An_interval_is_minutes_hours_and_days_within_bounds(string text, int? minutes) =>
        Assert.Equal(minutes, ScheduleText.ReadInterval(text)?.TotalMinutes);
}
