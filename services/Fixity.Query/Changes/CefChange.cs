using System.Globalization;
using System.Text;
using Fixity.Core;

namespace Fixity.Query.Changes;

/// <summary>Writes a change as one line of ArcSight's Common Event Format.</summary>
/// <remarks>
/// The seven fields of the header are words of ours, so that only the extension holds what others chose. There a line
/// break, and whatever else a terminal or a viewer would obey, is written as the bytes <c>\xHH</c> that Fixity's spelling
/// of names has anyway; so is a space at either end, which parsers drop.
/// </remarks>
internal static class CefChange
{
    // The longest value that the format's dictionary allows a string of a vendor's own.
    private const int MaxCustomCharacters = 4_000;

    public static void Write(StringBuilder line, ChangeView change)
    {
        line.Append(CultureInfo.InvariantCulture,
            $"CEF:0|Fixity|Fixity|{ProductVersion.Text}|file.{change.Type.Name()}|{NameOf(change.Type)}|{change.Severity.OfTen()}|")
            .Append(CultureInfo.InvariantCulture, $"rt={change.DetectedAt.ToUnixTimeMilliseconds()}")
            .Append(CultureInfo.InvariantCulture, $" externalId={change.Id} cat=file act={change.Type.Name()}");
        Add(line, "fname", NameIn(change.Path));
        Add(line, "filePath", change.Path);
        Add(line, "fileId", change.FileId);
        Add(line, "fsize", change.NewSize ?? change.OldSize);
        Add(line, "fileHash", change.NewChecksum ?? change.OldChecksum);
        Add(line, "fileModificationTime", Milliseconds(change.NewMtimeNs ?? change.OldMtimeNs));
        if (change.PreviousPath is { } previous)
        {
            Add(line, "oldFileName", NameIn(previous));
            Add(line, "oldFilePath", previous);
        }

        Add(line, "oldFileSize", change.OldSize);
        Add(line, "oldFileHash", change.OldChecksum);
        Add(line, "oldFileModificationTime", Milliseconds(change.OldMtimeNs));
        if (change.Type is ChangeType.Accepted)
        {
            Add(line, "suser", change.AcknowledgedBy);
            Add(line, "reason", change.AcknowledgeReason);
        }

        AddLabelled(line, "cs1", "target", change.TargetName);
        AddLabelled(line, "cs2", "checksumAlgorithm", change.Algorithm?.Name());
        AddLabelled(line, "cs3", "attributes", change.Details?.Attributes is { } attributes ? TextOf(attributes) : null);
        AddLabelled(line, "cn1", "targetId", change.TargetId);
        AddLabelled(line, "cn2", "scanId", change.ScanId);
        AddLabelled(line, "cn3", "damagedBytes", change.Details?.Damage?.Bytes);
        line.Append('\n');
    }

    private static string NameOf(ChangeType type) => type switch
    {
        ChangeType.Attributes => "File attributes changed",
        ChangeType.Touched => "File modification time changed",
        _ => "File " + type.Name(),
    };

    private static string NameIn(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string TextOf(IReadOnlyList<AttributeChange> attributes)
    {
        var text = string.Join("; ", attributes.Select(a => $"{a.Name}: {a.Old ?? "none"} -> {a.New ?? "none"}"));
        return text.Length <= MaxCustomCharacters ? text : text[..(MaxCustomCharacters - 3)] + "...";
    }

    private static long? Milliseconds(string? nanoseconds) => nanoseconds is null
        ? null
        : long.Parse(nanoseconds, CultureInfo.InvariantCulture) / 1_000_000;

    private static void AddLabelled(StringBuilder line, string key, string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Add(line, key + "Label", label);
            Add(line, key, value);
        }
    }

    private static void AddLabelled(StringBuilder line, string key, string label, long? value) =>
        AddLabelled(line, key, label, value?.ToString(CultureInfo.InvariantCulture));

    private static void Add(StringBuilder line, string key, long? value) =>
        Add(line, key, value?.ToString(CultureInfo.InvariantCulture));

    private static void Add(StringBuilder line, string key, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        line.Append(' ').Append(key).Append('=');
        Span<byte> bytes = stackalloc byte[4];
        var place = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            var isAtAnEnd = place == 0 || place + rune.Utf16SequenceLength == value.Length;
            place += rune.Utf16SequenceLength;
            if (IsObeyed(rune) || (isAtAnEnd && Rune.IsWhiteSpace(rune)))
            {
                foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
                {
                    line.Append(CultureInfo.InvariantCulture, $@"\\x{one:x2}");
                }

                continue;
            }

            if (rune.Value is '\\' or '=')
            {
                line.Append('\\');
            }

            line.Append(rune.ToString());
        }
    }

    /// <summary>Whether it does something to what shows it: line breaks, escape sequences, changes of direction.</summary>
    private static bool IsObeyed(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
