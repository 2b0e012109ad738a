namespace Fixity.Query.Changes;

/// <summary>The stretches of time in which a page of changes is looked for, one after the other until it is full.</summary>
/// <remarks>
/// There is a partition a year, and planning costs by the partition; what a stretch holds says by its own statistics which
/// way to a page is the shortest. Most pages are full after the first. Bounds are those of years (UTC), so that a stretch
/// touches no partition twice.
/// </remarks>
internal static class ChangeWindows
{
    /// <summary>From the newest back: the year that the page begins in, the one before it, the rest.</summary>
    /// <param name="until">Exclusive; null: there is no end.</param>
    /// <param name="now">Where the list begins that has no end.</param>
    public static IEnumerable<(DateTimeOffset? Since, DateTimeOffset? Until)> Back(
        DateTimeOffset? since, DateTimeOffset? until, DateTimeOffset now)
    {
        var year = YearOf(until is { } end && end < now ? Before(end) : now);
        for (var stretch = 0; stretch < 2 && !(since >= year) && year.Year > 1; stretch++)
        {
            yield return (year, until);
            until = year;
            year = year.AddYears(-1);
        }

        if (since < until || since is null || until is null)
        {
            yield return (since, until);
        }
    }

    /// <summary>From the oldest on. Where nobody says which time that is, there is but one stretch.</summary>
    public static IEnumerable<(DateTimeOffset? Since, DateTimeOffset? Until)> On(DateTimeOffset? since, DateTimeOffset? until)
    {
        if (since is { Year: < 9_998 } start)
        {
            var year = YearOf(start).AddYears(1);
            for (var stretch = 0; stretch < 2 && !(until <= year); stretch++)
            {
                yield return (since, year);
                since = year;
                year = year.AddYears(1);
            }
        }

        if (since < until || since is null || until is null)
        {
            yield return (since, until);
        }
    }

    private static DateTimeOffset Before(DateTimeOffset end) =>
        end.UtcTicks > TimeSpan.TicksPerMicrosecond ? end.AddTicks(-TimeSpan.TicksPerMicrosecond) : end;

    private static DateTimeOffset YearOf(DateTimeOffset time) => new(time.UtcDateTime.Year, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
