using System.Globalization;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>As many lines of a list as a receiver takes, and how many are missing.</summary>
internal static class FittedLines
{
    // Room for "… and 1,000,000,000 more", whichever way a receiver counts it.
    private const int TailSize = 60;

    /// <param name="lines">Of the events that are at hand; no more of them are made than fit.</param>
    /// <param name="total">How many events there are in all.</param>
    /// <param name="room">For all lines together, as <paramref name="sizeOf"/> measures one.</param>
    public static IReadOnlyList<string> Of(
        IEnumerable<string> lines, long total, int room, int mostLines, Func<string, int> sizeOf)
    {
        var fitted = new List<string>();
        foreach (var line in lines.Take(mostLines))
        {
            var size = sizeOf(line);
            var reserve = fitted.Count + 1 >= total ? 0 : TailSize;
            if (size + reserve > room)
            {
                break;
            }

            fitted.Add(line);
            room -= size;
        }

        if (total > fitted.Count)
        {
            fitted.Add(string.Create(CultureInfo.InvariantCulture, $"… and {total - fitted.Count:N0} more"));
        }

        return fitted;
    }
}
