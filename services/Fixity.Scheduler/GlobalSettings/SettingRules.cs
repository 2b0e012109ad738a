using System.Text.Json;
using Fixity.Core;
using Fixity.Data;
using Fixity.Scheduler.Schedules;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.GlobalSettings;

/// <summary>Says at once everything that is wrong with new settings, by key: by the catalogue, and what only a scheduler
/// can tell.</summary>
internal sealed class SettingRules(SettingsReader settings, ScheduleRules schedules)
{
    /// <param name="values">Null: the default.</param>
    public FieldErrors Check(IReadOnlyDictionary<string, JsonElement> values)
    {
        var errors = new FieldErrors();
        foreach (var (key, value) in values)
        {
            if (Settings.Find(key) is not { } setting)
            {
                errors.Require(false, key, $"There is no setting '{key}'.");
            }
            else if (value.ValueKind != JsonValueKind.Null && setting.Refuse(value) is { } refusal)
            {
                errors.Require(false, key, refusal);
            }
        }

        if (!errors.Any)
        {
            CheckSchedule(values, errors);
            CheckRoots(values, errors);
        }

        return errors;
    }

    private void CheckSchedule(IReadOnlyDictionary<string, JsonElement> values, FieldErrors errors)
    {
        if (TextOf(values, Settings.DefaultSchedule) is not { } text)
        {
            return;
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(
            TextOf(values, Settings.DefaultTimeZone) ?? settings.Current.Of(Settings.DefaultTimeZone));
        schedules.CheckText(text, zone, Settings.DefaultSchedule.Key, errors.Require);
    }

    private static void CheckRoots(IReadOnlyDictionary<string, JsonElement> values, FieldErrors errors)
    {
        if (values.TryGetValue(Settings.AllowedRoots.Key, out var roots) && roots.ValueKind == JsonValueKind.Array)
        {
            foreach (var root in roots.EnumerateArray().Select(root => root.GetString()!))
            {
                errors.Require(
                    Directory.Exists(root), Settings.AllowedRoots.Key, $"'{root}' is not a folder that the scheduler can see.");
            }
        }
    }

    private static string? TextOf(IReadOnlyDictionary<string, JsonElement> values, Setting<string> setting) =>
        values.TryGetValue(setting.Key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
