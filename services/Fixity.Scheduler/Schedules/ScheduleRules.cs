using Fixity.Core.Schedules;

namespace Fixity.Scheduler.Schedules;

/// <summary>What a schedule must be, said by field and with what to do about it.</summary>
internal sealed class ScheduleRules(TimeProvider clock)
{
    private const int MaxBlackouts = 50;
    private const int MaxJitterMinutes = 720;
    private const int MaxLength = 200;

    /// <param name="require">Takes whether it holds, the field, and the sentence for when it does not.</param>
    public void Check(ScheduleSettings settings, Action<bool, string, string> require)
    {
        require(
            settings.JitterMinutes is >= 0 and <= MaxJitterMinutes, "jitterMinutes", $"The jitter must be 0 to {MaxJitterMinutes} minutes.");
        CheckBlackouts(settings.Blackouts ?? [], require);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(settings.TimeZone, out var zone))
        {
            require(false, "timeZone", $"The time zone '{settings.TimeZone}' is not known; write it like Europe/Berlin.");
            zone = TimeZoneInfo.Utc;
        }

        if (settings.Schedule is { } text)
        {
            CheckText(text, zone, "schedule", require);
        }
    }

    /// <summary>The text of a schedule alone.</summary>
    public void CheckText(string text, TimeZoneInfo zone, string field, Action<bool, string, string> require)
    {
        require(text.Length <= MaxLength, field, $"The schedule must have at most {MaxLength} characters.");
        if (!Schedule.TryParse(text, zone, out var schedule, out var problem))
        {
            require(false, field, problem);
            return;
        }

        require(
            schedule.NextAfter(clock.GetUtcNow()) is not null,
            field,
            "The schedule never comes: there is no such day, like the 31st of February.");
    }

    private static void CheckBlackouts(IReadOnlyList<Blackout> blackouts, Action<bool, string, string> require)
    {
        require(blackouts.Count <= MaxBlackouts, "blackouts", $"At most {MaxBlackouts} blackouts; one may be on several days.");
        var valid = new List<Blackout>();
        for (var i = 0; i < Math.Min(blackouts.Count, MaxBlackouts); i++)
        {
            var field = $"blackouts[{i}]";
            // JSON may hold a null where the type says there is none.
            if (blackouts[i] is not { Days: not null } blackout)
            {
                require(false, field, "Say the days, from when and to when.");
                continue;
            }

            var unknown = blackout.Days.FirstOrDefault(day => !Blackout.DayNames.Contains(day, StringComparer.Ordinal));
            require(blackout.Days.Count > 0, $"{field}.days", "Name at least one day, or take the blackout out.");
            require(
                blackout.Days.Count <= 7 && unknown is null, $"{field}.days", $"'{unknown}' is none of {string.Join(", ", Blackout.DayNames)}.");
            require(IsWholeMinute(blackout.From), $"{field}.from", "The time must be a whole minute, like 22:00.");
            require(IsWholeMinute(blackout.To), $"{field}.to", "The time must be a whole minute, like 06:00.");
            valid.Add(blackout);
        }

        require(
            !BlackoutCalendar.LeavesNoRoom(valid),
            "blackouts",
            "The blackouts leave no room: together they cover the whole week, so no scan would ever begin; leave some time free.");
    }

    private static bool IsWholeMinute(TimeOnly time) => time.Ticks % TimeSpan.TicksPerMinute == 0;
}
