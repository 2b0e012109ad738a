using System.Text.Json;

namespace Fixity.Core;

/// <summary>What a setting's value is in JSON.</summary>
public enum SettingType
{
    Whole = 1,
    Number = 2,
    Text = 3,

    /// <summary>A list of texts.</summary>
    List = 4,
}

/// <summary>One thing that an administrator may set for all of Fixity: <c>scheduler.settings</c> has a row where it was.</summary>
public abstract class Setting
{
    /// <summary>The row's key, and the name in the API.</summary>
    public required string Key { get; init; }

    public required SettingType Type { get; init; }

    /// <summary>What it does, for people.</summary>
    public required string Sentence { get; init; }

    /// <summary>Of numbers, inclusive.</summary>
    public double? Minimum { get; init; }

    /// <inheritdoc cref="Minimum"/>
    public double? Maximum { get; init; }

    /// <summary>The only values that there are; empty: any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The default as it stands in JSON.</summary>
    public abstract JsonElement DefaultJson { get; }

    /// <summary>Why the value cannot be this setting's, in one sentence; null when it can.</summary>
    public abstract string? Refuse(JsonElement value);

    /// <summary>The value as the code reads it; of one that is not refused.</summary>
    internal abstract object? Read(JsonElement value);
}

/// <summary>A setting with the type that the code reads it as.</summary>
public sealed class Setting<T> : Setting
{
    /// <summary>Holds while there is no row.</summary>
    public required T Default { get; init; }

    /// <summary>Gives the value, or the sentence that says why it is none.</summary>
    public required Func<Setting<T>, JsonElement, (T? Value, string? Refusal)> Reader { get; init; }

    /// <summary>What stands for it in JSON.</summary>
    public Func<T, object?> Writer { get; init; } = static value => value;

    public override JsonElement DefaultJson => JsonSerializer.SerializeToElement(Writer(Default));

    public override string? Refuse(JsonElement value) => Reader(this, value).Refusal;

    internal override object? Read(JsonElement value) => Reader(this, value).Value;
}
