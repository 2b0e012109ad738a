namespace Fixity.Query.Statistics;

/// <summary>How everything that is watched stands, in a dozen numbers.</summary>
/// <param name="FilesPresent">Over the targets that have been listed; null while there are targets and none has been.</param>
/// <param name="BytesPresent">Like <paramref name="FilesPresent"/>.</param>
/// <param name="FilesCorrupted">Null while there are targets, none has been listed, and none is known to be corrupted.</param>
/// <param name="FilesTampered">Like <paramref name="FilesCorrupted"/>.</param>
/// <param name="FilesUnreadable">Like <paramref name="FilesCorrupted"/>.</param>
/// <param name="UnacknowledgedCorruptions">Damage found, decayed or tampered with, that nobody has acknowledged; restored files included.</param>
/// <param name="Changes24h">Of the last 24 hours.</param>
public sealed record OverviewView(
    int Targets,
    int TargetsOffline,
    long? FilesPresent,
    long? BytesPresent,
    long? FilesCorrupted,
    long? FilesTampered,
    long? FilesUnreadable,
    long UnacknowledgedCorruptions,
    int ActiveScans,
    ChangeCounts Changes24h,
    DateTimeOffset? OldestVerificationAt);

/// <summary>Changes by type.</summary>
public sealed record ChangeCounts(
    long Added, long Deleted, long Modified, long Moved, long Attributes, long Corrupted, long Tampered, long Restored);
