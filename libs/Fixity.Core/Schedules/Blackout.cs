namespace Fixity.Core.Schedules;

/// <summary>A time of the week at which no scan of a target begins, in the target's time zone.</summary>
/// <param name="Days">Lower-case English names, <c>monday</c> to <c>sunday</c>; the day on which the time begins.</param>
/// <param name="From">Whole minutes.</param>
/// <param name="To">At or before <paramref name="From"/>: on the next day, so 00:00 to 00:00 is a whole day.</param>
/// <param name="PauseRunning">A scan that runs is paused, and goes on at the end by itself.</param>
public sealed record Blackout(IReadOnlyList<string> Days, TimeOnly From, TimeOnly To, bool PauseRunning = false)
{
    /// <summary>The days as they are written, by their number in <see cref="DayOfWeek"/>.</summary>
    public static IReadOnlyList<string> DayNames { get; } =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    internal TimeSpan Length => To > From ? To - From : TimeSpan.FromDays(1) - (From - To);

    internal bool BeginsOn(DayOfWeek day) => Days.Contains(DayNames[(int)day]);
}
