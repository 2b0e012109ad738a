namespace Fixity.Core;

/// <summary>A half-open range of path order: a segment of a scan, or what is left of it after its checkpoint.</summary>
/// <param name="From">Inclusive; the root: from the beginning.</param>
/// <param name="To">Exclusive; null: to the end.</param>
/// <param name="After">The checkpoint: everything up to and including it is done. Null: nothing is.</param>
public readonly record struct PathRange(FilePath From, FilePath? To = null, FilePath? After = null)
{
    public static PathRange Everything => default;

    public bool Contains(FilePath path) =>
        path >= From && (After is not { } after || path > after) && (To is not { } to || path < to);

    /// <summary>Whether some path below the directory of this range key could lie in the range.</summary>
    public bool Overlaps(FilePath rangeKey)
    {
        if (rangeKey.IsRoot)
        {
            return true;
        }

        // Everything below 'd/' sorts from 'd/' up to, not including, 'd0': '0' is the byte after '/'.
        var startsBeforeEnd = To is not { } to || rangeKey < to;
        return startsBeforeEnd && !LiesBefore(rangeKey, From) && (After is not { } after || !LiesBefore(rangeKey, after));
    }

    private static bool LiesBefore(FilePath rangeKey, FilePath start) => rangeKey < start && !start.IsBelow(rangeKey);
}
