using Fixity.Core;
using Fixity.Core.Schedules;
using Fixity.Scheduler.Storage;

namespace Fixity.Scheduler.Targets;

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

/// <summary>The words of <c>scheduler.targets.type</c>.</summary>
internal static class TargetTypeWords
{
    public static string Word(this TargetType type) => type switch
    {
        TargetType.Local => "local",
        TargetType.Nfs => "nfs",
        TargetType.Smb => "smb",
        TargetType.S3 => "s3",
        TargetType.Docker => "docker",
        TargetType.Agent => "agent",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type"),
    };

    public static TargetType Read(string word) => Enum.Parse<TargetType>(word, ignoreCase: true);
}

/// <summary>Everything an administrator says of a target. What is left out takes the default; null means none.</summary>
/// <param name="Root">
/// Absolute path below an allowed root, with local and nfs; with the others it is made of the connection.
/// </param>
/// <param name="Schedule">
/// Five-field cron, read in <paramref name="TimeZone"/>, or @hourly, @daily, @weekly, @monthly, @yearly, or an interval of
/// 30 minutes to 31 days like "@every 6h"; null: scanned by hand only.
/// </param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Workers">Files read at once; null: chosen by the scanner.</param>
/// <param name="SamplePercent">Share of the unchanged files that each scan re-reads.</param>
/// <param name="VerifyWithinDays">No file's last verification gets older than this.</param>
/// <param name="Options">How it is read; left out or null: the defaults.</param>
/// <param name="Connection">The part that belongs to the type; left out or null: none, or the defaults.</param>
/// <param name="Credentials">Left out or null: those that are there.</param>
/// <param name="MissedRuns">What is done about runs that were missed while no scheduler ran.</param>
/// <param name="SchedulePaused">The schedule is kept and asks for nothing.</param>
/// <param name="JitterMinutes">Each run begins up to so many minutes late, 0 to 720: for many targets due at once.</param>
/// <param name="Blackouts">Times of the week at which no scan begins; left out or null: none.</param>
/// <param name="RetentionDays">How long its history is kept; null: as the settings say.</param>
/// <param name="ResetIdentity">Another root is the right one now: the next scan records its identity anew.</param>
public sealed record TargetRequest(
    string Name,
    TargetType Type,
    string? Root = null,
    bool Enabled = true,
    string? Schedule = TargetRequest.DefaultSchedule,
    string TimeZone = "UTC",
    ChecksumAlgorithm ChecksumAlgorithm = ChecksumAlgorithm.Blake3,
    int? Workers = null,
    double SamplePercent = 1,
    int VerifyWithinDays = 90,
    int BatchSize = 1000,
    long? LargeChangeCount = 1000,
    double? LargeChangePercent = 5,
    long? LargeChangeBytes = 107374182400,
    TargetOptions? Options = null,
    TargetConnection? Connection = null,
    CredentialsRequest? Credentials = null,
    MissedRuns MissedRuns = MissedRuns.One,
    bool SchedulePaused = false,
    int JitterMinutes = 0,
    IReadOnlyList<Blackout>? Blackouts = null,
    int? RetentionDays = null,
    bool ResetIdentity = false)
{
    public const string DefaultSchedule = "0 3 * * *";

    internal StorageSettings Storage => new(Type, Root, Connection, Credentials);
}

/// <summary>A target as the scheduler holds it.</summary>
/// <param name="NextRunAt">When the schedule is due next; null when it is disabled, has no schedule, or that is paused.</param>
public sealed record Target(
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
    MissedRuns MissedRuns,
    bool SchedulePaused,
    int JitterMinutes,
    IReadOnlyList<Blackout> Blackouts,
    int? RetentionDays,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? NextRunAt);
