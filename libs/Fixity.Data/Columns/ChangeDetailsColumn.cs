using System.Globalization;
using System.Text.Json;
using Fixity.Core;

namespace Fixity.Data.Columns;

/// <summary>Reads <c>scanner.change_events.details</c>, which spells ranges as pairs to keep them small.</summary>
public static class ChangeDetailsColumn
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="JsonException">It is not what the scanner writes.</exception>
    public static ChangeDetails Read(string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json, Json) ?? throw new JsonException("The details are null.");
        return new ChangeDetails(
            stored.Damage is { } damage ? DamageOf(damage) : null,
            stored.Attributes,
            stored.ObservedCtimeNs is { } ctime ? UnixNanoseconds.ToText(long.Parse(ctime, CultureInfo.InvariantCulture)) : null,
            stored.ObservedCtimeNs,
            stored.Folder,
            stored.KnownFrom,
            stored.Storage);
    }

    /// <summary>The member <c>damage</c> alone.</summary>
    /// <exception cref="JsonException">It is not what the scanner writes.</exception>
    public static Damage ReadDamage(string json) => DamageOf(
        JsonSerializer.Deserialize<StoredDamage>(json, Json) ?? throw new JsonException("The damage is null."));

    private static Damage DamageOf(StoredDamage stored) => new(
        stored.Bytes,
        [.. stored.Ranges.Select(range => range is [var offset, var length]
            ? new DamagedRange(offset, length)
            : throw new JsonException("A range is an offset and a length."))],
        stored.Truncated);

    private sealed record Stored(
        StoredDamage? Damage = null,
        IReadOnlyList<AttributeChange>? Attributes = null,
        string? ObservedCtimeNs = null,
        FolderMove? Folder = null,
        KnownDamage? KnownFrom = null,
        StorageEvidence? Storage = null);

    private sealed record StoredDamage(long Bytes, IReadOnlyList<long[]> Ranges, bool Truncated = false);
}
