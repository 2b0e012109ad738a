namespace Fixity.Scheduler.Retention;

/// <summary>The quiet time of each day, at which what is past its time is removed.</summary>
internal static class RetentionTimes
{
    // Scans begin at three unless somebody says otherwise; those of the day before are mostly over.
    private static readonly TimeOnly Quiet = new(1, 0);

    /// <summary>The last such moment that is not after <paramref name="now"/>.</summary>
    public static DateTimeOffset Last(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = On(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime), zone);
        return today <= now ? today : On(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime).AddDays(-1), zone);
    }

    public static DateTimeOffset Next(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        return On(today, zone) > now ? On(today, zone) : On(today.AddDays(1), zone);
    }

    // A clock that leaps over this time is an hour late that day, one that is set back has it once.
    private static DateTimeOffset On(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(Quiet);
        if (zone.IsInvalidTime(local))
        {
            local = local.AddHours(1);
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
