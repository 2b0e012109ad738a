using System.Text;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>What a key below the prefix is to a scan.</summary>
internal enum KeyKind
{
    /// <summary>A path like any other.</summary>
    File = 1,

    /// <summary>Ends in a slash: what consoles make so that an empty folder can be seen.</summary>
    Folder = 2,

    /// <summary>No path has such segments: empty, <c>.</c>, <c>..</c>, or one with a NUL in it.</summary>
    Unnameable = 3,
}

/// <summary>Keys of a bucket to paths below the root and back.</summary>
/// <remarks>
/// Keys are UTF-8 and listed in the order of its bytes. Escaping only doubles backslashes in them, each of which then
/// still compares as it did, so the order of keys is path order.
/// </remarks>
internal sealed class S3Keys(string prefix)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Prefix => prefix;

    /// <exception cref="StorageException">No key has the bytes of this path.</exception>
    public string KeyOf(FilePath path)
    {
        string below;
        try
        {
            below = Strict.GetString(path.ToRaw());
        }
        catch (DecoderFallbackException failure)
        {
            throw new StorageException(StorageFault.Gone, path, "no key has these bytes: they are not UTF-8", failure);
        }

        // What no listing gives is not asked for either: '..' would be taken out on the way, and lead to another key.
        return Judge(below, out _) == KeyKind.File
            ? prefix + below
            : throw new StorageException(StorageFault.Gone, path, "no object is listed under such a key");
    }

    /// <param name="below">What follows the prefix.</param>
    /// <param name="fault">Of what cannot be named: the key of the range that nothing more is known of.</param>
    public static KeyKind Judge(string below, out FilePath fault)
    {
        fault = default;
        var start = 0;
        while (start < below.Length)
        {
            var slash = below.IndexOf('/', start);
            var segment = below.AsSpan(start, (slash < 0 ? below.Length : slash) - start);
            if (segment.Contains('\0') || (slash < 0 && segment is "." or ".."))
            {
                fault = Escape(below[..start]);
                return KeyKind.Unnameable;
            }

            if (slash >= 0 && segment is "" or "." or "..")
            {
                fault = Escape(below[..(slash + 1)]);
                return KeyKind.Unnameable;
            }

            if (slash < 0)
            {
                return KeyKind.File;
            }

            start = slash + 1;
        }

        return KeyKind.Folder;
    }

    public static FilePath Escape(string below) => FilePath.FromRaw(Encoding.UTF8.GetBytes(below));

    /// <summary>The key that a listing of the range begins behind; null: at the beginning.</summary>
    /// <remarks>It may lie somewhat before the range: what is listed is looked at again.</remarks>
    public string? Before(PathRange range)
    {
        var isAfter = range.After is { } last && last >= range.From;
        var bound = isAfter ? range.After.GetValueOrDefault() : range.From;
        if (bound.IsRoot)
        {
            return null;
        }

        // A range key itself is no file: what is below it lies behind it. A bound that no key can be is cut short.
        var isWhole = TryDecode(bound, out var key);
        return prefix + (isAfter || bound.IsRangeKey || !isWhole ? key : JustBefore(key));
    }

    /// <summary>A key behind everything below a folder, and before all that follows the folder.</summary>
    public string Behind(FilePath rangeKey) => prefix + JustBefore(Strict.GetString(rangeKey.ToRaw())[..^1] + "0");

    // The nearest that can be said: nothing but keys with the highest character of all in them lies between.
    private static string JustBefore(string key)
    {
        var runes = key.EnumerateRunes().ToArray();
        var last = runes[^1].Value;
        var head = key[..^runes[^1].Utf16SequenceLength];
        return last <= 1 ? head : head + new Rune(last == 0xE000 ? 0xD7FF : last - 1) + "\U0010FFFF";
    }

    /// <returns>False: the path is no key; what there is of one before the first byte that cannot be.</returns>
    private static bool TryDecode(FilePath path, out string key)
    {
        var escaped = path.Bytes;
        var end = 0;
        while (end < escaped.Length)
        {
            if (escaped[end] != '\\')
            {
                end++;
            }
            else if (end + 1 < escaped.Length && escaped[end + 1] == '\\')
            {
                end += 2;
            }
            else
            {
                break;
            }
        }

        var isWhole = end == escaped.Length;
        var raw = PathEscape.Unescape(escaped[..end]);
        while (raw.Length > 0)
        {
            try
            {
                key = Strict.GetString(raw);
                return isWhole;
            }
            catch (DecoderFallbackException)
            {
                (raw, isWhole) = (raw[..^1], false);
            }
        }

        key = "";
        return false;
    }
}
