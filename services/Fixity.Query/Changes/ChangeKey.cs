using Fixity.Query.Reading;

namespace Fixity.Query.Changes;

/// <summary>What changes can be sorted by.</summary>
public enum ChangeSort
{
    DetectedAt,
}

/// <summary>A place in the list of changes: the last one of a page.</summary>
/// <param name="Sort">The order that it is a place of.</param>
/// <param name="DetectedAt">Microseconds since 1970: what the database keeps.</param>
internal sealed record ChangeKey(string Sort, long DetectedAt, long Id)
{
    public static Sorting<ChangeSort> NewestFirst { get; } = new(ChangeSort.DetectedAt, IsDescending: true);

    public static ChangeKey? None => null;

    public DateTimeOffset Time => UnixMicroseconds.ToTime(DetectedAt);

    // With room for a page beyond on either side, within what both this process and the database can tell.
    private static readonly long Earliest = DateTimeOffset.UnixEpoch.AddYears(-100).ToUnixMicroseconds();
    private static readonly long Latest = DateTimeOffset.UnixEpoch.AddYears(7_000).ToUnixMicroseconds();

    /// <summary>A cursor is what a client sends: it may be of the other order, or of the feed, or of no time at all.</summary>
    public static Func<ChangeKey?, bool> IsOf(Sorting<ChangeSort> sorting) =>
        key => key?.Sort == sorting.ToString() && key.DetectedAt >= Earliest && key.DetectedAt <= Latest;

    public static ChangeKey Of(ChangeView change, Sorting<ChangeSort> sorting) =>
        new(sorting.ToString(), change.DetectedAt.ToUnixMicroseconds(), change.Id);
}
