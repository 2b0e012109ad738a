using System.Globalization;

namespace Fixity.Core.Schedules;

/// <summary>Says a schedule in plain English, so that nobody must read a cron line to know what it means.</summary>
public static class ScheduleWords
{
    // More times of the day than these are not read one by one.
    private const int MaxTimes = 6;

    private static readonly string[] Months = DateTimeFormatInfo.InvariantInfo.MonthNames[..12];
    private static readonly string[] Days = DateTimeFormatInfo.InvariantInfo.DayNames;

    /// <param name="schedule">A valid one, or null: by hand only.</param>
    public static string Describe(string? schedule)
    {
        if (schedule is null)
        {
            return "By hand only";
        }

        if (ScheduleText.IsInterval(schedule))
        {
            return ScheduleText.ReadInterval(schedule) is { } interval ? $"Every {Length(interval)}" : schedule.Trim();
        }

        var line = ScheduleText.CronLine(schedule);
        // What is written in a way that is not known here is shown as it is: that is never wrong.
        return CronField.ReadLine(line) is [var minute, var hour, var day, var month, var weekday]
            ? Capitalize(Sentence(Time(minute, hour), Date(day, month, weekday)))
            : $"By the cron line {line}";
    }

    private static string Sentence((string Text, bool IsClock) time, string? date)
    {
        if (time.IsClock)
        {
            return $"{date ?? "every day"} at {time.Text}";
        }

        return date is null ? time.Text : $"{time.Text}, {date}";
    }

    /// <returns>Times of the clock, or how often.</returns>
    private static (string Text, bool IsClock) Time(CronField minute, CronField hour)
    {
        if (hour.IsAny || hour.Values.Count == 24)
        {
            return (Minutes(minute), false);
        }

        if (minute.Values is [var only])
        {
            if (hour.Step is > 1 and var step && 24 % step == 0)
            {
                return ($"every {step} hours{(only == 0 ? "" : $", at minute {only}")}", false);
            }

            if (hour.IsRange && hour.Values.Count > MaxTimes)
            {
                return ($"every hour from {Clock(hour.Values[0], only)} to {Clock(hour.Values[^1], only)}", false);
            }
        }

        if (minute.Values.Count * hour.Values.Count <= MaxTimes)
        {
            return (List([.. hour.Values.SelectMany(h => minute.Values.Select(m => Clock(h, m)))]), true);
        }

        var hours = hour.IsRange
            ? $"from {Clock(hour.Values[0], 0)} to {Clock(hour.Values[^1], 59)}"
            : $"in the {(hour.Values.Count == 1 ? "hour" : "hours")} {List([.. hour.Values.Select(h => $"{h}")])}";
        return ($"{Minutes(minute)} {hours}", false);
    }

    private static string Minutes(CronField minute) => minute switch
    {
        { IsAny: true } or { Values.Count: 60 } => "every minute",
        { Step: > 1 and var step } when 60 % step == 0 => $"every {step} minutes",
        { Values: [0] } => "every hour",
        { Values: [var only] } => $"every hour, at minute {only}",
        _ => $"every hour, at the minutes {List([.. minute.Values.Select(m => $"{m}")])}",
    };

    /// <returns>Null: every day.</returns>
    private static string? Date(CronField day, CronField month, CronField weekday)
    {
        var months = month.IsAny || month.Values.Count == 12 ? null : List([.. month.Values.Select(m => Months[m - 1])]);
        var days = day.IsAny ? null : $"on the {List([.. day.Values.Select(Ordinal)])} of {months ?? "every month"}";
        var weekdays = weekday.IsAny || weekday.Values.Count == 7 ? null : Weekdays(weekday);
        return (days, weekdays) switch
        {
            (null, null) => months is null ? null : $"every day in {months}",
            (null, not null) => months is null ? weekdays : $"{weekdays} in {months}",
            (not null, null) when weekday.IsAny => days,
            // A crontab takes either one of the two.
            (not null, null) => months is null ? null : $"every day in {months}",
            _ => $"{days} and {weekdays}{(months is null ? "" : $" in {months}")}",
        };
    }

    private static string Weekdays(CronField weekday) => weekday.Values switch
    {
        [1, 2, 3, 4, 5] => "Monday to Friday",
        [0, 6] => "every Saturday and Sunday",
        _ => $"every {List([.. weekday.Values.OrderBy(d => (d + 6) % 7).Select(d => Days[d])])}",
    };

    private static string Length(TimeSpan interval)
    {
        var parts = new List<string>();
        Add(interval.Days, "day");
        Add(interval.Hours, "hour");
        Add(interval.Minutes, "minute");
        return parts is [var only] && only.StartsWith("1 ", StringComparison.Ordinal) ? only[2..] : List([.. parts]);

        void Add(int count, string unit)
        {
            if (count > 0)
            {
                parts.Add(count == 1 ? $"1 {unit}" : $"{count} {unit}s");
            }
        }
    }

    private static string Clock(int hour, int minute) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}");

    private static string Ordinal(int day) => day switch
    {
        1 or 21 or 31 => $"{day}st",
        2 or 22 => $"{day}nd",
        3 or 23 => $"{day}rd",
        _ => $"{day}th",
    };

    private static string List(string[] items) =>
        items.Length == 1 ? items[0] : $"{string.Join(", ", items[..^1])} and {items[^1]}";

    private static string Capitalize(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
