using System.Text.Json;
using Fixity.Core;

namespace Fixity.Scheduler.GlobalSettings;

/// <summary>One of <see cref="Settings"/>, as it stands.</summary>
/// <param name="Value">What holds.</param>
/// <param name="Minimum">Of numbers, inclusive.</param>
/// <param name="Words">The only values that there are; empty: any.</param>
/// <param name="Sentence">What it does.</param>
/// <param name="UpdatedAt">Null when it was never set, or was reset to its default.</param>
/// <param name="Problem">Why what is stored cannot be used, so that the default holds; null when it can.</param>
public sealed record SettingView(
    string Key,
    SettingType Type,
    JsonElement Value,
    JsonElement Default,
    double? Minimum,
    double? Maximum,
    IReadOnlyList<string> Words,
    string Sentence,
    DateTimeOffset? UpdatedAt,
    string? UpdatedBy,
    string? Problem);

/// <summary>All settings; there are few, so they come at once.</summary>
public sealed record SettingList(IReadOnlyList<SettingView> Items);

/// <param name="After">Null: the default.</param>
internal sealed record SettingChange(string Key, string Before, string? After);
