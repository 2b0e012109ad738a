using System.Globalization;
using System.Text.Json;

namespace Fixity.Core;

/// <summary>Every setting there is: the one place that says its name, type, default, bounds and what it does.</summary>
public static class Settings
{
    private const int MaxTextLength = 1_000;
    private const int MaxListItems = 100;

    public static readonly Setting<int> RetentionDays = Integer(
        "retention_days", 3650, 1, 36_500,
        "Change events (up to a month longer) and deleted files are kept for so many days; a target may say otherwise.");

    public static readonly Setting<int> ScanDetailsDays = Integer(
        "scan_details_days", 30, 1, 36_500,
        "Errors and other details of an ended scan are kept for so many days; its counters stay for ever.");

    public static readonly Setting<int> DeliveriesRetentionDays = Integer(
        "deliveries_retention_days", 90, 1, 36_500, "Deliveries that are over are kept for so many days.");

    public static readonly Setting<int> AuditRetentionDays = Integer(
        "audit_retention_days", 3650, 30, 36_500, "Entries of the audit log are kept for so many days.");

    public static readonly Setting<int> SessionTimeoutMinutes = Integer(
        "session_timeout_minutes", 60, 1, 1440, "A session without a request ends after so many minutes.");

    public static readonly Setting<ChecksumAlgorithm> DefaultChecksumAlgorithm = new()
    {
        Key = "default_checksum_algorithm",
        Type = SettingType.Text,
        Words = ["blake3", "sha256", "md5"],
        Default = ChecksumAlgorithm.Blake3,
        Writer = static algorithm => algorithm.Name(),
        Sentence = "New targets are checked with this algorithm unless they name another.",
        Reader = static (_, json) =>
            json.ValueKind == JsonValueKind.String && ChecksumAlgorithms.TryParse(json.GetString(), out var algorithm)
                ? (algorithm, null)
                : (default, "The algorithm must be blake3, sha256 or md5."),
    };

    /// <summary>Whether the line can be read is for the scheduler to say.</summary>
    public static readonly Setting<string> DefaultSchedule = Text(
        "default_schedule", "0 3 * * *", "New targets are scanned by this cron line unless they have another.");

    public static readonly Setting<string> DefaultTimeZone = new()
    {
        Key = "default_time_zone",
        Type = SettingType.Text,
        Default = "UTC",
        Sentence = "The schedules of new targets are read in this time zone unless they name another.",
        Reader = static (setting, json) => json.ValueKind != JsonValueKind.String
            ? (null, "The time zone must be a text like Europe/Berlin.")
            : TimeZoneInfo.TryFindSystemTimeZoneById(json.GetString()!, out _)
                ? (json.GetString(), null)
                : (null, $"The time zone '{json.GetString()}' is not known; write it like Europe/Berlin."),
    };

    public static readonly Setting<double> DefaultSamplePercent = Number(
        "default_sample_percent", 1, 0, 100, "Each scan of a new target re-reads so many percent of the unchanged files.");

    public static readonly Setting<int> DefaultVerifyWithinDays = Integer(
        "default_verify_within_days", 90, 1, 3650, "No file of a new target goes unverified for longer than so many days.");

    /// <summary>0: not by count.</summary>
    public static readonly Setting<long> DefaultLargeChangeCount = Long(
        "default_large_change_count", 1_000, "So many changed files in one scan are a large change; 0: not by count.");

    /// <summary>0: not by percent.</summary>
    public static readonly Setting<double> DefaultLargeChangePercent = Number(
        "default_large_change_percent", 5, 0, 100,
        "So many percent of the files changed in one scan are a large change; 0: not by percent.");

    /// <summary>0: not by bytes.</summary>
    public static readonly Setting<long> DefaultLargeChangeBytes = Long(
        "default_large_change_bytes", 100L << 30, "So many changed bytes in one scan are a large change; 0: not by bytes.");

    /// <summary>On top of those of the configuration. Whether a folder is there is for the scheduler to say.</summary>
    public static readonly Setting<IReadOnlyList<string>> AllowedRoots = new()
    {
        Key = "allowed_roots",
        Type = SettingType.List,
        Default = [],
        Sentence = "Targets may lie in these folders too, beside those of the configuration.",
        Reader = static (_, json) => ReadFolders(json),
    };

    public static readonly Setting<int> ScanNowCooldownSeconds = Integer(
        "scan_now_cooldown_seconds", 60, 0, 86_400,
        "A scan of everything may be asked for again after so many seconds.");

    public static readonly Setting<int?> MaxActiveScans = new()
    {
        Key = "max_active_scans",
        Type = SettingType.Whole,
        Minimum = 1,
        Maximum = 10_000,
        Default = null,
        Sentence = "At most so many scans run at once; none: as many as the scanners can carry.",
        Reader = static (setting, json) => json.ValueKind == JsonValueKind.Null
            ? (null, null)
            : ReadWhole(setting, json) is { Refusal: { } refusal } ? (null, refusal) : (json.GetInt32(), null),
    };

    public static readonly Setting<int> MaxActiveScansPerServer = Integer(
        "max_active_scans_per_server", 2, 1, 10_000, "At most so many scans run at once on one file server or bucket.");

    /// <summary>In the order in which they are shown.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        RetentionDays, ScanDetailsDays, DeliveriesRetentionDays, AuditRetentionDays, SessionTimeoutMinutes,
        DefaultChecksumAlgorithm, DefaultSchedule, DefaultTimeZone, DefaultSamplePercent, DefaultVerifyWithinDays,
        DefaultLargeChangeCount, DefaultLargeChangePercent, DefaultLargeChangeBytes, AllowedRoots,
        ScanNowCooldownSeconds, MaxActiveScans, MaxActiveScansPerServer,
    ];

    /// <summary>The setting of this key, or null.</summary>
    public static Setting? Find(string key) => All.FirstOrDefault(s => s.Key == key);

    private static Setting<int> Integer(string key, int value, int minimum, int maximum, string sentence) => new()
    {
        Key = key,
        Type = SettingType.Whole,
        Minimum = minimum,
        Maximum = maximum,
        Default = value,
        Sentence = sentence,
        Reader = static (setting, json) =>
            ReadWhole(setting, json) is { Refusal: { } refusal } ? (default, refusal) : (json.GetInt32(), null),
    };

    private static Setting<long> Long(string key, long value, string sentence) => new()
    {
        Key = key,
        Type = SettingType.Whole,
        Minimum = 0,
        Maximum = 1L << 53, // What every reader of JSON holds exactly.
        Default = value,
        Sentence = sentence,
        Reader = static (setting, json) => ReadWhole(setting, json),
    };

    private static Setting<double> Number(string key, double value, double minimum, double maximum, string sentence) => new()
    {
        Key = key,
        Type = SettingType.Number,
        Minimum = minimum,
        Maximum = maximum,
        Default = value,
        Sentence = sentence,
        Reader = static (setting, json) =>
            json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number) && IsWithin(setting, number)
                ? (number, null)
                : (default, $"The value must be a number from {Bound(setting.Minimum)} to {Bound(setting.Maximum)}."),
    };

    private static Setting<string> Text(string key, string value, string sentence) => new()
    {
        Key = key,
        Type = SettingType.Text,
        Default = value,
        Sentence = sentence,
        Reader = static (_, json) => json.ValueKind == JsonValueKind.String
            && json.GetString() is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= MaxTextLength
                ? (text, null)
                : (null, $"The value must be a text of 1 to {MaxTextLength} characters."),
    };

    private static (long Value, string? Refusal) ReadWhole(Setting setting, JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var whole) && IsWithin(setting, whole)
            ? (whole, null)
            : (0, $"The value must be a whole number from {Bound(setting.Minimum)} to {Bound(setting.Maximum)}.");

    private static (IReadOnlyList<string>? Value, string? Refusal) ReadFolders(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() > MaxListItems
            || json.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            return (null, $"The value must be a list of up to {MaxListItems} folders.");
        }

        IReadOnlyList<string> folders = [.. json.EnumerateArray().Select(item => item.GetString()!)];
        return folders.FirstOrDefault(folder => !Path.IsPathFullyQualified(folder) || folder.Contains('\0')) is { } wrong
            ? (null, $"'{wrong}' is not an absolute path.")
            : (folders, null);
    }

    private static bool IsWithin(Setting setting, double value) => value >= setting.Minimum && value <= setting.Maximum;

    // Whole ones as such: a double is written with fifteen digits.
    private static string Bound(double? bound) => bound.GetValueOrDefault() is var value && value == Math.Floor(value)
        ? ((long)value).ToString(CultureInfo.InvariantCulture)
        : value.ToString("0.###", CultureInfo.InvariantCulture);
}
