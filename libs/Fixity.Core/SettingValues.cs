using System.Text.Json;

namespace Fixity.Core;

/// <summary>All settings as they stood at one moment: what was set, and the default of what was not.</summary>
public sealed class SettingValues
{
    private readonly IReadOnlyDictionary<string, object?> _set;

    private SettingValues(IReadOnlyDictionary<string, object?> set) => _set = set;

    public static SettingValues Default { get; } = new(new Dictionary<string, object?>());

    /// <param name="refused">
    /// Hears of a value that this version cannot read, with the reason; the default holds. Keys that it does not know are
    /// a newer version's and nobody's fault.
    /// </param>
    public static SettingValues From(IEnumerable<KeyValuePair<string, JsonElement>> rows, Action<Setting, string> refused)
    {
        var set = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, json) in rows)
        {
            if (Settings.Find(key) is not { } setting)
            {
                continue;
            }

            if (setting.Refuse(json) is { } refusal)
            {
                refused(setting, refusal);
                continue;
            }

            set[key] = setting.Read(json);
        }

        return new SettingValues(set);
    }

    public T Of<T>(Setting<T> setting) => _set.TryGetValue(setting.Key, out var value) ? (T)value! : setting.Default;
}
