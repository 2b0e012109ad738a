using Fixity.Core;

namespace Fixity.Scanning;

/// <summary>What one run of one segment is to do.</summary>
/// <param name="ExpectedIdentity">The target's recorded identity; null: none is recorded, the first probe's is held to.</param>
/// <param name="Algorithm">The target's. Rows with another are verified with theirs first.</param>
/// <param name="VerifyAll">Re-read every file (mode full), not only those that are due.</param>
/// <param name="Options">How the target is to be read; null: the defaults.</param>
/// <param name="Mounts">The file systems below the root that the baseline was taken of too; null: there were none.</param>
public sealed record SegmentPlan(
    PathRange Range,
    string? ExpectedIdentity,
    ChecksumAlgorithm Algorithm,
    bool VerifyAll = false,
    TargetOptions? Options = null,
    IReadOnlyList<RecordedMount>? Mounts = null);

/// <param name="Key">Of the range that lies on it (<c>dir/</c>), or the path of the one file.</param>
/// <param name="Identity">Of the file system; null: whatever is mounted there is over files of the baseline, and nobody has
/// said that it may be.</param>
public sealed record RecordedMount(FilePath Key, string? Identity);

/// <summary>How much a segment may use.</summary>
public sealed record SegmentLimits
{
    /// <summary>Files read at once.</summary>
    public int Workers { get; init; } = Math.Min(4, Environment.ProcessorCount);

    /// <summary>Effects a batch.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>Files seen after which a batch is handed over even if nothing was found.</summary>
    public int ProgressFiles { get; init; } = 10_000;

    /// <summary>Time after which whatever there is is handed over.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A read that gives no byte for so long has failed. Never a limit on a whole file.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public int ReadBufferBytes { get; init; } = 256 * 1024;

    /// <summary>Files ahead of the one that is recorded next: what bounds memory when one file takes long.</summary>
    public int Window { get; init; } = 4_096;

    /// <summary>Content of files that wait to be read, in bytes; one file may go beyond. What lies behind can still be given
    /// to another scanner.</summary>
    public long WindowBytes { get; init; } = 512L << 20;
}

public enum SegmentOutcome
{
    /// <summary>The last batch, with <see cref="ScanBatch.IsLast"/>, is committed.</summary>
    Completed = 1,

    /// <summary>Asked to stop: what was finished is committed; resume from the checkpoint.</summary>
    Interrupted = 2,
}

/// <param name="Identity">Of the root, as probed when the segment began: to be recorded when none is.</param>
/// <param name="HadFaults">Something could not be listed or read: the scan is partial.</param>
/// <param name="StalledReads">Reads given up for lack of a byte.</param>
public sealed record SegmentResult(SegmentOutcome Outcome, string Identity, bool HadFaults, int StalledReads);

/// <summary>The storage at the root is not the one that the baseline was taken of, or is out of reach: no absence
/// proves a deletion any more, and nothing of the batch at hand was committed.</summary>
/// <param name="expected">Null: none was recorded.</param>
/// <param name="actual">Null: the root could not be reached, see the inner exception.</param>
public sealed class StorageIdentityChangedException(string? expected, string? actual, Exception? cause = null)
    : Exception(
        actual is null
            ? $"The storage is out of reach: {cause?.Message}"
            : $"Another storage is at the root: expected {expected}, found {actual}.",
        cause)
{
    public string? Expected { get; } = expected;

    public string? Actual { get; } = actual;
}
