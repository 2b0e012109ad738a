using Fixity.Core;

namespace Fixity.Scanner.Scans;

/// <summary>What one segment may use of its target's rate limit, at one moment.</summary>
internal static class SharedLimit
{
    private static readonly string[] DayNames =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <param name="sharers">Segments of the scan that are worked on; each gets as much.</param>
    public static RateLimit Of(TargetOptions options, TimeZoneInfo zone, DateTimeOffset now, int sharers)
    {
        var limit = options.WorkingHours is { } hours && AreNow(hours, TimeZoneInfo.ConvertTime(now, zone))
            ? hours.Limit
            : options.Limit;
        sharers = Math.Max(sharers, 1);
        return new RateLimit(
            limit.BytesPerSecond is { } bytes ? Math.Max(bytes / sharers, 1) : null,
            limit.OpensPerSecond is { } opens ? Math.Max(opens / sharers, 1) : null);
    }

    private static bool AreNow(WorkingHours hours, DateTimeOffset local)
    {
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        var overMidnight = hours.To <= hours.From;
        return Includes(hours, local.DayOfWeek) && time >= hours.From && (overMidnight || time < hours.To)
            || overMidnight && Includes(hours, local.AddDays(-1).DayOfWeek) && time < hours.To;
    }

    private static bool Includes(WorkingHours hours, DayOfWeek day) => hours.Days.Contains(DayNames[(int)day]);
}
