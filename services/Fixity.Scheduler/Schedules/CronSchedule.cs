using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>Reads a five-field cron line in a time zone, the way every crontab means it.</summary>
internal static class CronSchedule
{
    private const int Fields = 5;

    public static bool TryParse(string text, TimeZoneInfo zone, [NotNullWhen(true)] out CronExpression? schedule)
    {
        schedule = null;
        // Counted here: Quartz has words of its own (@daily, six and seven fields) that are not promised yet.
        if (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length != Fields
            || !CronExpression.TryParse(text, CronFormat.Unix, out var parsed))
        {
            return false;
        }

        schedule = parsed.WithTimeZone(zone);
        return true;
    }

    /// <returns>Null when there is no schedule, or one that never comes.</returns>
    public static DateTimeOffset? NextRun(string? text, string timeZone, DateTimeOffset now) =>
        text is not null
        && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone)
        && TryParse(text, zone, out var schedule)
            ? schedule.GetNextValidTimeAfter(now)
            : null;
}
