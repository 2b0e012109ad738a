namespace Fixity.Scheduler.Verification;

/// <summary>How far apart the runs of a schedule come at worst: the time that a promise must survive without one.</summary>
internal static class RunGap
{
    // More than a year of daily runs would find nothing new; a yearly schedule has its one gap within a few looks.
    private const int MostRuns = 400;

    private static readonly TimeSpan Horizon = TimeSpan.FromDays(400);

    /// <param name="next">The run after a moment; null: none comes.</param>
    /// <param name="putOff">How much later than due a run may begin: jitter and the longest blackout.</param>
    /// <param name="lasts">How long a run takes; zero where none has ended yet.</param>
    /// <returns>From the start of one run to the end of the next; null: nothing runs by itself.</returns>
    public static TimeSpan? Longest(
        DateTimeOffset now, Func<DateTimeOffset, DateTimeOffset?> next, TimeSpan putOff, TimeSpan lasts)
    {
        if (next(now) is not { } run)
        {
            return null;
        }

        var longest = TimeSpan.Zero;
        var end = now + Horizon;
        for (var i = 0; i < MostRuns && run < end; i++)
        {
            if (next(run) is not { } following)
            {
                break;
            }

            longest = following - run > longest ? following - run : longest;
            run = following;
        }

        // A schedule that comes only once more has no gap to measure: nothing is promised after it.
        return longest == TimeSpan.Zero ? null : longest + putOff + lasts;
    }
}
