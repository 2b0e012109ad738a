using Fixity.Core;
using Fixity.Data;
using Fixity.Scheduler.Schedules;
using Fixity.Scheduler.Storage;

namespace Fixity.Scheduler.Targets;

/// <summary>Says at once everything that is wrong with a target, by field.</summary>
internal sealed class TargetValidation(StorageRules storage, SettingsReader defaults, ScheduleRules schedules)
{
    private const int MaxNameLength = 100;

    /// <param name="saved">The storage as it is; null for a new target.</param>
    /// <returns>What is wrong, and the request as it is to be stored: with all that it left out, the real root and a
    /// connection.</returns>
    public async Task<(FieldErrors Errors, TargetRequest Resolved)> CheckAsync(
        TargetRequest asked, SavedStorage? saved, CancellationToken cancellation)
    {
        var request = asked.Filled(defaults.Current);
        var errors = new FieldErrors();
        Action<bool, string, string> require = errors.Require;

        require(IsName(request.Name), "name", $"The name must have 1 to {MaxNameLength} characters, none of them a control character.");
        schedules.Check(
            new ScheduleSettings(request.Schedule, request.TimeZone, request.Blackouts, request.JitterMinutes), require);
        require(Enum.IsDefined(request.MissedRuns), "missedRuns", "Missed runs are made up for by one, or skip.");
        require(request.RetentionDays is null or (>= 1 and <= 36_500), "retentionDays", "The days must be 1 to 36500, or null.");
        require(Enum.IsDefined(request.ChecksumAlgorithm), "checksumAlgorithm", "The algorithm must be blake3, sha256 or md5.");
        require(request.Workers is null or (>= 1 and <= 64), "workers", "The workers must be 1 to 64, or null.");
        require(request.SamplePercent is >= 0 and <= 100, "samplePercent", "The sample must be 0 to 100 percent.");
        require(request.VerifyWithinDays is >= 1 and <= 3650, "verifyWithinDays", "The days must be 1 to 3650.");
        require(request.BatchSize is >= 1 and <= 10_000, "batchSize", "The batch must be 1 to 10000 files.");
        require(request.LargeChangeCount is null or > 0, "largeChangeCount", "The count must be above 0, or null.");
        require(request.LargeChangePercent is null or (> 0 and <= 100), "largeChangePercent", "The percentage must be above 0 and at most 100, or null.");
        require(request.LargeChangeBytes is null or > 0, "largeChangeBytes", "The bytes must be above 0, or null.");
        var options = request.Options ?? TargetOptions.Default;
        TargetOptionsRules.Check(options, require);

        var settings = await storage.CheckAsync(request.Storage, saved, require, cancellation);
        return (errors, request with { Root = settings.Root, Connection = settings.Connection, Options = options });
    }

    private static bool IsName(string name) =>
        !string.IsNullOrWhiteSpace(name) && name.Trim().Length <= MaxNameLength && !name.Any(char.IsControl);
}
