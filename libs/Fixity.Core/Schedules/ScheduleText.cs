using System.Globalization;

namespace Fixity.Core.Schedules;

/// <summary>The words that a schedule may be written with besides the five fields of a cron line.</summary>
public static class ScheduleText
{
    private const string Every = "@every";

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
    };

    public static TimeSpan MinInterval { get; } = TimeSpan.FromMinutes(30);

    public static TimeSpan MaxInterval { get; } = TimeSpan.FromDays(31);

    /// <summary>Intervals are counted from here, a Monday, so that nobody needs to remember when one began.</summary>
    public static DateTimeOffset IntervalOrigin { get; } = new(1970, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The cron line that a text means: <c>@daily</c> is <c>0 0 * * *</c>; any other text is itself.</summary>
    public static string CronLine(string text) => Words.GetValueOrDefault(text.Trim(), text.Trim());

    public static bool IsInterval(string text) =>
        text.Trim().Split((char[]?)null, 2) is [Every, ..];

    /// <summary>Reads <c>@every 1d12h</c>; null: it is none, or no whole number of minutes within the bounds.</summary>
    public static TimeSpan? ReadInterval(string text)
    {
        if (text.Trim().Split((char[]?)null, 2) is not [Every, var length] || SumOf(length.Trim()) is not { } minutes)
        {
            return null;
        }

        return minutes >= MinInterval.TotalMinutes && minutes <= MaxInterval.TotalMinutes
            ? TimeSpan.FromMinutes(minutes)
            : null;
    }

    private static int? SumOf(string length)
    {
        var (minutes, at) = (0, 0);
        while (at < length.Length)
        {
            var digits = at;
            while (at < length.Length && char.IsAsciiDigit(length[at]))
            {
                at++;
            }

            // Five digits are more than the longest interval in its smallest unit.
            if (at == digits || at - digits > 5 || at == length.Length || MinutesOf(length[at]) is not { } unit)
            {
                return null;
            }

            minutes += unit * int.Parse(length.AsSpan(digits, at - digits), NumberStyles.None, CultureInfo.InvariantCulture);
            at++;
        }

        return minutes == 0 ? null : minutes;
    }

    private static int? MinutesOf(char unit) => unit switch
    {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => null,
    };
}
