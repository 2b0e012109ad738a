using System.Globalization;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>As many lines of a list as a receiver takes, and how many are missing.</summary>
internal static class FittedLines
{
    // Room for "… and 1,000,000,000 more", whichever way a receiver counts it.
    private const int TailSize = 60;

    /// <param name="lines">Of the events that are at hand.</param>
    /// <param name="total">How many events there are in all.</param>
    /// <param name="room">For all lines together, as <paramref name="sizeOf"/> measures one.</param>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<string> lines, long total, int room, int mostLines, Func<string, int> sizeOf)
    {
        var fitted = new List<string>();
        var all = Math.Max(total, lines.Count);
        foreach (var line in lines.Take(mostLines))
        {
            var size = sizeOf(line);
            var reserve = fitted.Count + 1 == all ? 0 : TailSize;
            if (size + reserve > room)
            {
                break;
            }

            fitted.Add(line);
            room -= size;
        }

        if (all > fitted.Count)
        {
            fitted.Add(string.Create(CultureInfo.InvariantCulture, $"… and {all - fitted.Count:N0} more"));
        }

        return fitted;
    }
}
