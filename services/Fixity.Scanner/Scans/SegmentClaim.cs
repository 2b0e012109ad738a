using System.Globalization;
using Fixity.Core;

namespace Fixity.Scanner.Scans;

/// <summary>One segment that this process may work on, until the lease is lost, and everything the work needs to know.</summary>
/// <param name="FencingToken">Named by every write; another claim makes it worthless.</param>
/// <param name="Batches">Committed so far.</param>
/// <param name="ClaimedAt">Local timestamp from before the claim: the lease is surely ours for its length from then on.</param>
internal sealed record SegmentClaim(
    long ScanId,
    int Ordinal,
    long FencingToken,
    int Attempt,
    long Batches,
    PathRange Range,
    bool IsBaseline,
    bool VerifyAll,
    string? TraceParent,
    TargetSettings Target,
    long ClaimedAt);

/// <summary>Of the target, as it was when the segment was claimed.</summary>
/// <param name="Workers">Null: chosen by the scanner.</param>
/// <param name="TimeZone">IANA name; its working hours are read in it.</param>
/// <param name="OptionsJson">As stored. Read by whoever works on the segment: a bad one must not stop the queue.</param>
/// <param name="IdentityEpoch">Counts up when an administrator says that another root is the right one now.</param>
internal sealed record TargetSettings(
    int Id,
    string Name,
    string Type,
    string Root,
    ChecksumAlgorithm Algorithm,
    int? Workers,
    double SamplePercent,
    int VerifyWithinDays,
    int BatchSize,
    int IdentityEpoch,
    string TimeZone,
    string OptionsJson);

/// <summary>The name under which this process holds leases; for people, who find the process by it.</summary>
internal sealed record ScannerOwner(string Name)
{
    public static ScannerOwner OfThisProcess() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}:{Environment.ProcessId}:{Random.Shared.Next(0x10000):x4}"));
}

/// <summary>Another scanner has taken the segment over, or may have: nothing more may be written for it.</summary>
internal sealed class LeaseLostException(long scanId, int ordinal, Exception? cause = null)
    : Exception($"The lease of segment {ordinal} of scan {scanId} is lost.", cause);
