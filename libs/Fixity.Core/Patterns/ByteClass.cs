using System.Collections;
using System.Text;

namespace Fixity.Core.Patterns;

/// <summary>Reads what stands between brackets in a pattern: the bytes that one byte of a name may be.</summary>
internal static class ByteClass
{
    private const string Unclosed = "it has a [ without its ]";

    /// <param name="pattern">Behind the opening bracket; moved behind the closing one.</param>
    /// <returns>Null: the class is broken, as the reason says.</returns>
    public static BitArray? Take(ref ReadOnlySpan<byte> pattern, out string reason)
    {
        reason = Unclosed;
        var set = new BitArray(256);
        var isNegated = !pattern.IsEmpty && pattern[0] is (byte)'!' or (byte)'^';
        pattern = isNegated ? pattern[1..] : pattern;

        // The byte that a range could begin with; a bracket that comes first stands for itself.
        byte? rangeFrom = null;
        for (var isFirst = true; isFirst || (!pattern.IsEmpty && pattern[0] != ']'); isFirst = false)
        {
            if (pattern.IsEmpty)
            {
                return null;
            }

            if (pattern[0] == '-' && rangeFrom is { } low && pattern.Length > 1 && pattern[1] != ']')
            {
                pattern = pattern[1..];
                if (TakeByte(ref pattern) is not { } high)
                {
                    return null;
                }

                Add(set, low, high);
                rangeFrom = null;
            }
            else if (pattern.StartsWith("[:"u8) && EndOfName(pattern) is > 0 and var end)
            {
                var name = Encoding.UTF8.GetString(pattern[2..end]);
                if (!AddNamed(set, name))
                {
                    reason = $"it names a class of characters that there is not: {name}";
                    return null;
                }

                pattern = pattern[(end + 2)..];
                rangeFrom = null;
            }
            else if (TakeByte(ref pattern) is { } single)
            {
                set[single] = true;
                rangeFrom = single;
            }
            else
            {
                return null;
            }
        }

        if (pattern.IsEmpty)
        {
            return null;
        }

        pattern = pattern[1..];
        return isNegated ? set.Not() : set;
    }

    private static byte? TakeByte(ref ReadOnlySpan<byte> pattern)
    {
        if (pattern[0] == '\\')
        {
            pattern = pattern[1..];
        }

        if (pattern.IsEmpty)
        {
            return null;
        }

        var value = pattern[0];
        pattern = pattern[1..];
        return value;
    }

    // Of the ":" in "[:name:]"; 0: this is no name, the bracket stands for itself.
    private static int EndOfName(ReadOnlySpan<byte> pattern)
    {
        var close = pattern[2..].IndexOf((byte)']') + 2;
        return close >= 3 && pattern[close - 1] == ':' ? close - 1 : 0;
    }

    private static void Add(BitArray set, byte low, byte high)
    {
        for (int value = low; value <= high; value++)
        {
            set[value] = true;
        }
    }

    // Of ASCII, as in the C locale.
    private static bool AddNamed(BitArray set, string name)
    {
        Func<char, bool>? contains = name switch
        {
            "alnum" => char.IsAsciiLetterOrDigit,
            "alpha" => char.IsAsciiLetter,
            "blank" => c => c is ' ' or '\t',
            "cntrl" => c => c is < ' ' or '\x7f',
            "digit" => char.IsAsciiDigit,
            "graph" => c => c is > ' ' and < '\x7f',
            "lower" => char.IsAsciiLetterLower,
            "print" => c => c is >= ' ' and < '\x7f',
            "punct" => c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
            "space" => c => c is ' ' or (>= '\t' and <= '\r'),
            "upper" => char.IsAsciiLetterUpper,
            "xdigit" => char.IsAsciiHexDigit,
            _ => null,
        };
        for (var value = 0; contains is not null && value < 128; value++)
        {
            set[value] |= contains((char)value);
        }

        return contains is not null;
    }
}
