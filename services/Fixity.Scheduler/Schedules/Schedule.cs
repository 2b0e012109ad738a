using System.Diagnostics.CodeAnalysis;
using Fixity.Core.Schedules;
using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>When a target is due: a cron line of five fields read in a time zone, a word for one, or an interval.</summary>
internal sealed class Schedule
{
    private const int Fields = 5;

    private readonly CronExpression? _cron;
    private readonly TimeSpan _interval;

    private Schedule(CronExpression cron) => _cron = cron;

    private Schedule(TimeSpan interval) => _interval = interval;

    /// <param name="problem">One sentence on what is wrong.</param>
    public static bool TryParse(
        string text, TimeZoneInfo zone, [NotNullWhen(true)] out Schedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        (schedule, problem) = (null, null);
        if (ScheduleText.IsInterval(text))
        {
            schedule = ScheduleText.ReadInterval(text) is { } interval ? new Schedule(interval) : null;
            problem = schedule is null ? "The interval must be 30 minutes to 31 days, like '@every 6h', '@every 90m' or '@every 2d'." : null;
            return schedule is not null;
        }

        var line = ScheduleText.CronLine(text);
        // Counted here: Quartz has words of its own, and takes six and seven fields too.
        if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length != Fields
            || !CronExpression.TryParse(line, CronFormat.Unix, out var cron))
        {
            problem = "The schedule must be a cron line of five fields, like '0 3 * * *', one of @hourly, @daily, "
                + "@weekly, @monthly and @yearly, or an interval like '@every 6h'.";
            return false;
        }

        schedule = new Schedule(cron.WithTimeZone(zone));
        return true;
    }

    /// <returns>Null when there is no schedule, or one that never comes.</returns>
    public static DateTimeOffset? NextRun(string? text, string timeZone, DateTimeOffset now) =>
        text is not null
        && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone)
        && TryParse(text, zone, out var schedule, out _)
            ? schedule.NextAfter(now)
            : null;

    /// <summary>The start of the next run after a moment, blackouts and all; null: none comes.</summary>
    public static Func<DateTimeOffset, DateTimeOffset?> StartsOf(
        string text, string timeZone, IReadOnlyList<Blackout> blackouts)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) || !TryParse(text, zone, out var schedule, out _))
        {
            return static _ => null;
        }

        var calendar = new BlackoutCalendar(blackouts, zone);
        return after => schedule.RunsAfter(after, calendar).Select(run => (DateTimeOffset?)run.Start).FirstOrDefault();
    }

    /// <returns>Null: never again.</returns>
    public DateTimeOffset? NextAfter(DateTimeOffset time)
    {
        if (_cron is not null)
        {
            // A zone that skipped a whole day leads Quartz back to where it began.
            return _cron.GetNextValidTimeAfter(time) is { } next && next > time ? next : null;
        }

        var passed = (time - ScheduleText.IntervalOrigin).Ticks / _interval.Ticks;
        return ScheduleText.IntervalOrigin + ((passed + 1) * _interval);
    }

    /// <summary>When scans really begin: what falls in a blackout waits for its end, all of it as one.</summary>
    public IEnumerable<PlannedRun> RunsAfter(DateTimeOffset time, BlackoutCalendar blackouts)
    {
        while (NextAfter(time) is { } due)
        {
            var start = blackouts.After(due);
            yield return new PlannedRun(due, start);
            // At the very end of the blackout too: that run finds the waiting one.
            time = start;
        }
    }

    /// <summary>The trigger that fires at these times, also after a time when nothing ran, if that is wanted.</summary>
    public TriggerBuilder<IJob> ToTrigger(bool makesUpForMissed, TimeProvider clock)
    {
        var trigger = TriggerBuilder.Create(clock);
        if (_cron is not null)
        {
            return trigger.WithCronSchedule(_cron, cron => cron
                .InTimeZone(_cron.TimeZone)
                // However many runs were missed while nothing ran: one scan makes up for all of them.
                .WithMisfireInstruction(makesUpForMissed
                    ? CronTriggerMisfireInstruction.FireAndProceed
                    : CronTriggerMisfireInstruction.DoNothing));
        }

        return trigger
            .StartAt(NextAfter(clock.GetUtcNow())!.Value)
            .WithCalendarIntervalSchedule(interval => interval
                .WithInterval((int)_interval.TotalMinutes, IntervalUnit.Minute)
                .InTimeZone(TimeZoneInfo.Utc)
                .WithMisfireInstruction(makesUpForMissed
                    ? CalendarIntervalTriggerMisfireInstruction.FireAndProceed
                    : CalendarIntervalTriggerMisfireInstruction.DoNothing));
    }
}

/// <param name="Due">What the schedule says.</param>
/// <param name="Start">Later, if that is in a blackout.</param>
internal readonly record struct PlannedRun(DateTimeOffset Due, DateTimeOffset Start);
