using Fixity.Core;
using Fixity.Scheduler.Schedules;

namespace Fixity.Scheduler.Targets;

/// <summary>Says at once everything that is wrong with a target, by field.</summary>
internal sealed class TargetValidation(AllowedRoots roots, TimeProvider clock)
{
    private const int MaxNameLength = 100;

    /// <param name="resolved">The request with the real path of its root, which is the one to store.</param>
    /// <returns>Empty when the target is good.</returns>
    public Dictionary<string, string[]> Check(TargetRequest request, out TargetRequest resolved)
    {
        resolved = request;
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);

        Require(IsName(request.Name), "name", $"The name must have 1 to {MaxNameLength} characters, none of them a control character.");
        Require(request.Type == TargetType.Local, "type", "Only targets of type 'local' are in this version.");
        CheckSchedule(request, Require);
        Require(Enum.IsDefined(request.ChecksumAlgorithm), "checksumAlgorithm", "The algorithm must be blake3, sha256 or md5.");
        Require(request.Workers is null or (>= 1 and <= 64), "workers", "The workers must be 1 to 64, or null.");
        Require(request.SamplePercent is >= 0 and <= 100, "samplePercent", "The sample must be 0 to 100 percent.");
        Require(request.VerifyWithinDays is >= 1 and <= 3650, "verifyWithinDays", "The days must be 1 to 3650.");
        Require(request.BatchSize is >= 1 and <= 10_000, "batchSize", "The batch must be 1 to 10000 files.");
        Require(request.LargeChangeCount is null or > 0, "largeChangeCount", "The count must be above 0, or null.");
        Require(request.LargeChangePercent is null or (> 0 and <= 100), "largeChangePercent", "The percentage must be above 0 and at most 100, or null.");
        Require(request.LargeChangeBytes is null or > 0, "largeChangeBytes", "The bytes must be above 0, or null.");
        if (request.Type == TargetType.Local)
        {
            if (roots.Refuse(request.Root, out var real) is { } refusal)
            {
                errors["root"] = [refusal];
            }

            resolved = request with { Root = real };
        }

        var options = request.Options ?? TargetOptions.Default;
        TargetOptionsRules.Check(options, Require);
        resolved = resolved with { Options = options };
        return errors;

        void Require(bool holds, string field, string sentence)
        {
            if (!holds)
            {
                errors[field] = [sentence];
            }
        }
    }

    private void CheckSchedule(TargetRequest request, Action<bool, string, string> require)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out var zone))
        {
            require(false, "timeZone", $"The time zone '{request.TimeZone}' is not known; write it like Europe/Berlin.");
            zone = TimeZoneInfo.Utc;
        }

        if (request.Schedule is null)
        {
            return;
        }

        if (!CronSchedule.TryParse(request.Schedule, zone, out var schedule))
        {
            require(false, "schedule", "The schedule must be a cron line of five fields, like '0 3 * * *'.");
            return;
        }

        require(schedule.GetNextValidTimeAfter(clock.GetUtcNow()) is not null, "schedule", "The schedule never comes.");
    }

    private static bool IsName(string name) =>
        !string.IsNullOrWhiteSpace(name) && name.Trim().Length <= MaxNameLength && !name.Any(char.IsControl);
}
