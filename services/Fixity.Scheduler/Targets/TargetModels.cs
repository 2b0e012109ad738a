using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
/// <param name="Workers">Files read at once; null: chosen by the scanner.</param>
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
    int? Workers = null,
    int BatchSize = 1000,
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
    // Not parameters: only what the request has is set, and so what it leaves out is known.
    private ImmutableHashSet<string> _given = [];

    /// <summary>
    /// Five-field cron, read in <see cref="TimeZone"/>, or @hourly, @daily, @weekly, @monthly, @yearly, or an interval of
    /// 30 minutes to 31 days like "@every 6h"; null: scanned by hand only; left out: a setting.
    /// </summary>
    public string? Schedule { get; init => field = Given(value); }

    /// <summary>IANA name; left out: a setting.</summary>
    public string TimeZone { get; init => field = Given(value); } = "UTC";

    /// <summary>Left out: a setting.</summary>
    public ChecksumAlgorithm ChecksumAlgorithm { get; init => field = Given(value); } = ChecksumAlgorithm.Blake3;

    /// <summary>Share of the unchanged files that each scan re-reads; left out: a setting.</summary>
    public double SamplePercent { get; init => field = Given(value); }

    /// <summary>No file's last verification gets older than this; left out: a setting.</summary>
    public int VerifyWithinDays { get; init => field = Given(value); }

    /// <summary>Changed files from which on a change is large; null: not by count; left out: a setting.</summary>
    public long? LargeChangeCount { get; init => field = Given(value); }

    /// <summary>Of the files; null: not by percent; left out: a setting.</summary>
    public double? LargeChangePercent { get; init => field = Given(value); }

    /// <summary>Null: not by bytes; left out: a setting.</summary>
    public long? LargeChangeBytes { get; init => field = Given(value); }

    internal StorageSettings Storage => new(Type, Root, Connection, Credentials);

    /// <summary>The request with everything said that it leaves out.</summary>
    internal TargetRequest Filled(SettingValues settings) => this with
    {
        Schedule = Has(nameof(Schedule)) ? Schedule : settings.Of(Settings.DefaultSchedule),
        TimeZone = Has(nameof(TimeZone)) ? TimeZone : settings.Of(Settings.DefaultTimeZone),
        ChecksumAlgorithm =
            Has(nameof(ChecksumAlgorithm)) ? ChecksumAlgorithm : settings.Of(Settings.DefaultChecksumAlgorithm),
        SamplePercent = Has(nameof(SamplePercent)) ? SamplePercent : settings.Of(Settings.DefaultSamplePercent),
        VerifyWithinDays =
            Has(nameof(VerifyWithinDays)) ? VerifyWithinDays : settings.Of(Settings.DefaultVerifyWithinDays),
        LargeChangeCount = Has(nameof(LargeChangeCount))
            ? LargeChangeCount
            : settings.Of(Settings.DefaultLargeChangeCount) is > 0 and var count ? count : null,
        LargeChangePercent = Has(nameof(LargeChangePercent))
            ? LargeChangePercent
            : settings.Of(Settings.DefaultLargeChangePercent) is > 0 and var percent ? percent : null,
        LargeChangeBytes = Has(nameof(LargeChangeBytes))
            ? LargeChangeBytes
            : settings.Of(Settings.DefaultLargeChangeBytes) is > 0 and var bytes ? bytes : null,
    };

    private bool Has(string field) => _given.Contains(field);

    private T Given<T>(T value, [CallerMemberName] string field = "")
    {
        _given = _given.Add(field);
        return value;
    }
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
