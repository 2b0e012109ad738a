using System.Globalization;
using System.Text;
using System.Text.Json;
using Fixity.Core;
using Fixity.Scanning;
using Fixity.Storage;

namespace Fixity.Scanner.Baselines;

/// <summary>The evidence of an event beyond sizes and checksums, as the JSON of <c>change_events.details</c>.</summary>
internal static class ChangeDetails
{
    // Enough to see the pattern of the damage; how much it is in all is said beside it.
    private const int MostRanges = 1_000;

    /// <returns>Null: there is nothing to say.</returns>
    public static string? Of(CorruptedFile file) => file is { Damage: null, ObservedCtimeNs: null, Evidence: null }
        ? null
        : Write(json =>
        {
            if (file.Damage is { } damage)
            {
                WriteDamage(json, damage);
            }

            if (file.ObservedCtimeNs is { } ctime)
            {
                // A string: a browser's numbers do not hold so many digits.
                json.WriteString("observedCtimeNs", ctime.ToString(CultureInfo.InvariantCulture));
            }

            WriteEvidence(json, file.Evidence);
        });

    /// <returns>Null: there is nothing to say.</returns>
    public static string? Of(ModifiedFile file) =>
        file.Evidence is null ? null : Write(json => WriteEvidence(json, file.Evidence));

    public static string Of(IReadOnlyList<AttributeChange> attributes) => Write(json =>
    {
        json.WriteStartArray("attributes");
        foreach (var change in attributes)
        {
            json.WriteStartObject();
            json.WriteString("name", change.Name);
            json.WriteString("old", change.Old);
            json.WriteString("new", change.New);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    // Not compared with ours: another algorithm, perhaps of parts. What it is worth is for people to say.
    private static void WriteEvidence(Utf8JsonWriter json, StorageEvidence? evidence)
    {
        if (evidence is null)
        {
            return;
        }

        json.WriteStartObject("storage");
        json.WriteString("tag", evidence.Tag);
        json.WriteString("version", evidence.Version);
        json.WriteStartObject("checksums");
        foreach (var (algorithm, checksum) in evidence.Checksums)
        {
            json.WriteString(algorithm, checksum);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDamage(Utf8JsonWriter json, IReadOnlyList<ByteRange> damage)
    {
        json.WriteStartObject("damage");
        json.WriteNumber("bytes", damage.Sum(range => range.Length));
        json.WriteStartArray("ranges");
        foreach (var range in damage.Take(MostRanges))
        {
            json.WriteStartArray();
            json.WriteNumberValue(range.Offset);
            json.WriteNumberValue(range.Length);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", damage.Count > MostRanges);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> content)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }
}
