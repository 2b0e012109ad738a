using System.Globalization;
using System.Text;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Makes text that somebody else chose, the names of files first of all, safe to show within a line of ours.</summary>
/// <remarks>
/// The same rule as the web interface's: whatever could hide, reorder or break what is around it (controls, CR and LF
/// among them, bidirectional overrides, zero-width characters, odd spaces) is spelled <c>\u{202E}</c>. A backslash in
/// a name is doubled already, so what looks like an escape is one.
/// </remarks>
internal static class SafeText
{
    private const string Gap = "…";

    public static string Line(string text)
    {
        if (!text.EnumerateRunes().Any(Acts))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Acts(rune))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
            else
            {
                safe.Append(rune.ToString());
            }
        }

        return safe.ToString();
    }

    /// <summary>A path as <see cref="Line"/>, cut in its middle: the file's name outlives its folders.</summary>
    public static string Path(string path, int most)
    {
        // Spelling only makes it longer: of a very long one the middle is never shown.
        var safe = Line(path.Length > 2 * most ? string.Concat(Start(path, most), path.AsSpan(path.Length - most)) : path);
        if (safe.Length <= most)
        {
            return safe;
        }

        var name = safe.Length - 1 - safe.LastIndexOf('/');
        var room = most - Gap.Length;
        var tail = Math.Min(Math.Max(name + 1, room / 2), room * 4 / 5);
        var end = safe.Length - tail;
        return string.Concat(Start(safe, room - tail), Gap, safe.AsSpan(char.IsLowSurrogate(safe[end]) ? end + 1 : end));
    }

    /// <summary>At most so many UTF-16 units, an ellipsis in place of what is missing.</summary>
    public static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(Start(text, most - Gap.Length), Gap);

    /// <summary>At most so many bytes of UTF-8.</summary>
    public static string CutBytes(string text, int mostBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= mostBytes)
        {
            return text;
        }

        var room = mostBytes - Encoding.UTF8.GetByteCount(Gap);
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, length), Gap);
    }

    // Never half a character.
    private static ReadOnlySpan<char> Start(string text, int length) =>
        text.AsSpan(0, length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);

    private static bool Acts(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        _ => false,
    };
}
