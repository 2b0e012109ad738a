namespace Fixity.Core.Schedules;

/// <summary>A stretch of time; the end is not part of it.</summary>
public readonly record struct TimeWindow(DateTimeOffset From, DateTimeOffset Until)
{
    public bool Contains(DateTimeOffset time) => From <= time && time < Until;
}

/// <summary>Says when blackouts of the week really are, in a time zone with its clock changes.</summary>
public sealed class BlackoutCalendar(IReadOnlyList<Blackout> blackouts, TimeZoneInfo zone)
{
    private const int MinutesADay = 24 * 60;
    private const int MinutesAWeek = 7 * MinutesADay;

    // Windows that touch are one: a week of them back, and two ahead, since a clock change can close a gap.
    private const int DaysBack = 8;
    private const int DaysAhead = 16;

    /// <summary>Whether no minute of the week is left for a scan.</summary>
    public static bool LeavesNoRoom(IReadOnlyList<Blackout> blackouts) => MinutesLeft(blackouts) == 0;

    /// <summary>How much of the week no blackout takes, 0 to 1.</summary>
    public static double ShareLeft(IReadOnlyList<Blackout> blackouts) => (double)MinutesLeft(blackouts) / MinutesAWeek;

    private static int MinutesLeft(IReadOnlyList<Blackout> blackouts)
    {
        var taken = new bool[MinutesAWeek];
        foreach (var blackout in blackouts)
        {
            for (var day = 0; day < 7; day++)
            {
                if (blackout.BeginsOn((DayOfWeek)day))
                {
                    var from = (day * MinutesADay) + (int)blackout.From.ToTimeSpan().TotalMinutes;
                    for (var minute = 0; minute < (int)blackout.Length.TotalMinutes; minute++)
                    {
                        taken[(from + minute) % MinutesAWeek] = true;
                    }
                }
            }
        }

        return taken.Count(minute => !minute);
    }

    /// <summary>The window that <paramref name="now"/> lies in, else the next one; windows that touch are one.</summary>
    public TimeWindow? CurrentOrNext(DateTimeOffset now)
    {
        TimeWindow? current = null;
        foreach (var window in WindowsAround(now).OrderBy(window => window.From))
        {
            if (current is { } known && window.From <= known.Until)
            {
                current = known with { Until = Later(known.Until, window.Until) };
            }
            else if (current is { } before && before.Until > now)
            {
                return before;
            }
            else
            {
                current = window;
            }
        }

        return current is { } last && last.Until > now ? last : null;
    }

    /// <summary>The moment itself, or the end of the blackout that it lies in.</summary>
    public DateTimeOffset After(DateTimeOffset time) =>
        CurrentOrNext(time) is { } window && window.Contains(time) ? window.Until : time;

    private IEnumerable<TimeWindow> WindowsAround(DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        for (var day = today.AddDays(-DaysBack); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
        {
            foreach (var blackout in blackouts)
            {
                if (!blackout.BeginsOn(day.DayOfWeek))
                {
                    continue;
                }

                var end = blackout.To > blackout.From ? day : day.AddDays(1);
                var window = new TimeWindow(
                    Instant(day.ToDateTime(blackout.From), isEnd: false), Instant(end.ToDateTime(blackout.To), isEnd: true));
                // Both in the hour that does not exist: the window does not either.
                if (window.From < window.Until)
                {
                    yield return window;
                }
            }
        }
    }

    // A time that comes twice begins a window the first time and ends it the second: it is never shorter than it says.
    // One that never comes is the moment at which the clocks jump over it.
    private DateTimeOffset Instant(DateTime local, bool isEnd)
    {
        if (zone.IsAmbiguousTime(local))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(local);
            return new DateTimeOffset(local, isEnd ? offsets.Min() : offsets.Max()).ToUniversalTime();
        }

        if (!zone.IsInvalidTime(local))
        {
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        }

        var valid = local;
        while (zone.IsInvalidTime(valid))
        {
            valid = valid.AddMinutes(1);
        }

        return new DateTimeOffset(valid, zone.GetUtcOffset(valid)).ToUniversalTime();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
