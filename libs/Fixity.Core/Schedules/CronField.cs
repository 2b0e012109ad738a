using System.Globalization;

namespace Fixity.Core.Schedules;

/// <summary>One field of a cron line as the values that it names.</summary>
/// <param name="IsAny">A star: the field restricts nothing.</param>
/// <param name="Step">Of <c>*/n</c>; null: written in another way.</param>
/// <param name="Values">In order.</param>
internal sealed record CronField(bool IsAny, int? Step, IReadOnlyList<int> Values)
{
    private static readonly string[] Months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>Whether the values are one stretch without a hole, of at least three.</summary>
    public bool IsRange => Values.Count >= 3 && Values[^1] - Values[0] == Values.Count - 1;

    /// <returns>Minute, hour, day of month, month, day of week; null: written in a way that is not known here.</returns>
    public static IReadOnlyList<CronField>? ReadLine(string line)
    {
        if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [var minute, var hour, var day, var month, var weekday])
        {
            return null;
        }

        CronField?[] fields =
        [
            Read(minute, 0, 59, []), Read(hour, 0, 23, []), Read(day, 1, 31, []), Read(month, 1, 12, Months),
            Read(weekday, 0, 7, Days),
        ];
        return fields.Any(field => field is null) ? null : [.. fields.OfType<CronField>()];
    }

    private static CronField? Read(string text, int min, int max, string[] names)
    {
        if (text is "*" or "?")
        {
            return new CronField(true, null, [.. Enumerable.Range(min, max - min + 1)]);
        }

        var values = new SortedSet<int>();
        foreach (var item in text.Split(','))
        {
            if (!TryReadItem(item, min, max, names, values))
            {
                return null;
            }
        }

        var step = text.StartsWith("*/", StringComparison.Ordinal) && values.Count > 1 ? values.ElementAt(1) - values.Min : (int?)null;
        // 7 is Sunday too.
        return new CronField(false, step, names == Days ? [.. values.Select(v => v % 7).Distinct().Order()] : [.. values]);
    }

    private static bool TryReadItem(string item, int min, int max, string[] names, SortedSet<int> values)
    {
        var parts = item.Split('/');
        var step = 1;
        if (parts.Length > 2 || (parts.Length == 2 && (!TryReadNumber(parts[1], out step) || step < 1)))
        {
            return false;
        }

        var (from, to) = (min, names == Days ? 6 : max);
        if (parts[0] != "*")
        {
            var ends = parts[0].Split('-');
            if (ends.Length > 2 || !TryReadValue(ends[0], min, names, out from) || !TryReadValue(ends[^1], min, names, out to))
            {
                return false;
            }

            // 5/15 goes on to the end.
            to = ends.Length == 1 && parts.Length == 2 ? max : to;
        }

        if (from < min || to > max || from > to)
        {
            return false;
        }

        for (var value = from; value <= to; value += step)
        {
            values.Add(value);
        }

        return true;
    }

    private static bool TryReadValue(string text, int min, string[] names, out int value)
    {
        var name = Array.FindIndex(names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = name + min;
        return name >= 0 || TryReadNumber(text, out value);
    }

    private static bool TryReadNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
