using Fixity.Core;
using Fixity.Query.Scans;

namespace Fixity.Query.Targets;

/// <summary>What kind of storage a target lies on.</summary>
public enum TargetType
{
    Local,
    Nfs,
    Smb,
    S3,
    Docker,
    Agent,
}

/// <summary>Whether a target could be reached when it was last tried.</summary>
public enum TargetState
{
    Unknown,
    Online,
    Offline,
    Degraded,

    /// <summary>It was reached and let nobody in; nobody tries again by himself.</summary>
    Denied,
}

/// <summary>A watched root: how it is watched, and how it stands.</summary>
/// <param name="NextRunAt">When its schedule is due next; null: by hand only, disabled, or not planned yet.</param>
/// <param name="FilesPresent">Null before the first scan ended.</param>
/// <param name="BytesPresent">Null before the first scan ended.</param>
/// <param name="FilesCorrupted">Null while nothing is known of the target's files.</param>
/// <param name="FilesTampered">Null while nothing is known of the target's files.</param>
/// <param name="FilesUnreadable">Null while nothing is known of the target's files.</param>
/// <param name="UnknownRanges">Folders that could not be listed: what is below them is unknown.</param>
/// <param name="OldestVerificationAt">Null when no file was verified yet.</param>
/// <param name="LastScan">The last one that ended, however it ended.</param>
/// <param name="Guarantee">Null before it was looked at.</param>
public sealed record TargetView(
    int Id,
    string Name,
    TargetType Type,
    string Root,
    bool Enabled,
    string? Schedule,
    string TimeZone,
    ChecksumAlgorithm ChecksumAlgorithm,
    int? Workers,
    double SamplePercent,
    int VerifyWithinDays,
    int BatchSize,
    long? LargeChangeCount,
    double? LargeChangePercent,
    long? LargeChangeBytes,
    TargetOptions Options,
    TargetConnection Connection,
    TargetCredentials Credentials,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? NextRunAt,
    TargetState State,
    DateTimeOffset? StateSince,
    string? StateReason,
    long? FilesPresent,
    long? BytesPresent,
    long? FilesCorrupted,
    long? FilesTampered,
    long? FilesUnreadable,
    int UnknownRanges,
    DateTimeOffset? OldestVerificationAt,
    ScanView? ActiveScan,
    ScanView? LastScan,
    DateTimeOffset? LastCompleteScanAt,
    GuaranteeView? Guarantee);
