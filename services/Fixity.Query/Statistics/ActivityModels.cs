namespace Fixity.Query.Statistics;

/// <summary>What was found day by day.</summary>
/// <param name="TimeZone">In which its days begin.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day, which may not be over.</param>
public sealed record ActivityView(string TimeZone, DateOnly From, DateOnly To, IReadOnlyList<ActivityDay> Days);

/// <summary>What was found on one day.</summary>
/// <param name="Scans">That ended on it, however they ended.</param>
/// <param name="Changes">Null: nobody looked on that day, and nothing is known of it.</param>
public sealed record ActivityDay(DateOnly Date, long Scans, ActivityCounts? Changes);

/// <summary>Change events by type.</summary>
public sealed record ActivityCounts(
    long Added,
    long Deleted,
    long Modified,
    long Moved,
    long Attributes,
    long Touched,
    long Corrupted,
    long Tampered,
    long Restored,
    long Accepted);
