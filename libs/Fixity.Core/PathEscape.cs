using System.Buffers;
using System.Text;

namespace Fixity.Core;

/// <summary>Writes any bytes as valid UTF-8 text and back: what makes a name that is not UTF-8 storable.</summary>
/// <remarks>
/// Only bytes that are not part of valid UTF-8 become <c>\xHH</c> (lower-case), and a backslash becomes two. Control
/// characters stay as they are: they are valid text, and escaping them would be a second spelling to keep apart.
/// </remarks>
public static class PathEscape
{
    private const byte Backslash = (byte)'\\';

    // Printable ASCII without the backslash and all else below 0x80: copied as it is, in bulk.
    private static readonly SearchValues<byte> NeedsLook = SearchValues.Create(LookBytes());

    /// <summary>Escaping makes a byte at most this many bytes.</summary>
    public const int MaxGrowth = 4;

    public static byte[] Escape(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOfAny(NeedsLook) < 0)
        {
            return raw.ToArray();
        }

        var buffer = new byte[raw.Length * MaxGrowth];
        return buffer[..Escape(raw, buffer)];
    }

    /// <param name="destination">Room for <see cref="MaxGrowth"/> times the length of <paramref name="raw"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Escape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOfAny(NeedsLook);
            plain = plain < 0 ? raw.Length : plain;
            raw[..plain].CopyTo(destination[written..]);
            written += plain;
            raw = raw[plain..];
            if (!raw.IsEmpty)
            {
                written += EscapeOne(ref raw, destination[written..]);
            }
        }

        return written;
    }

    /// <summary>Gives the bytes back that <see cref="Escape(ReadOnlySpan{byte})"/> was given.</summary>
    /// <exception cref="FormatException">The text holds a backslash that no escaping writes.</exception>
    public static byte[] Unescape(ReadOnlySpan<byte> escaped)
    {
        var raw = new byte[escaped.Length];
        return TryUnescape(escaped, raw, out var length)
            ? raw[..length]
            : throw new FormatException("A backslash in an escaped path is followed by another or by xHH.");
    }

    /// <param name="destination">At least as long as <paramref name="escaped"/>.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="FormatException">As above.</exception>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination) =>
        TryUnescape(escaped, destination, out var length)
            ? length
            : throw new FormatException("A backslash in an escaped path is followed by another or by xHH.");

    /// <summary>Whether the text is what escaping some bytes gives: every other spelling of a name is refused.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> escaped)
    {
        var raw = new byte[escaped.Length];
        return TryUnescape(escaped, raw, out var length) && Escape(raw.AsSpan(0, length)).AsSpan().SequenceEqual(escaped);
    }

    private static int EscapeOne(ref ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        if (raw[0] == Backslash)
        {
            raw = raw[1..];
            "\\\\"u8.CopyTo(destination);
            return 2;
        }

        if (Rune.DecodeFromUtf8(raw, out _, out var length) == OperationStatus.Done)
        {
            raw[..length].CopyTo(destination);
            raw = raw[length..];
            return length;
        }

        // One byte at a time: what follows it may begin a valid character.
        destination[0] = Backslash;
        destination[1] = (byte)'x';
        destination[2] = "0123456789abcdef"u8[raw[0] >> 4];
        destination[3] = "0123456789abcdef"u8[raw[0] & 15];
        raw = raw[1..];
        return 4;
    }

    private static bool TryUnescape(ReadOnlySpan<byte> escaped, Span<byte> raw, out int length)
    {
        // Hardly any name has a backslash: up to the first it is as it was, in bulk.
        var plain = escaped.IndexOf(Backslash);
        length = plain < 0 ? escaped.Length : plain;
        escaped[..length].CopyTo(raw);
        for (var i = length; i < escaped.Length; i++)
        {
            if (escaped[i] != Backslash)
            {
                raw[length++] = escaped[i];
            }
            else if (i + 1 < escaped.Length && escaped[i + 1] == Backslash)
            {
                raw[length++] = Backslash;
                i += 1;
            }
            else if (i + 3 < escaped.Length && escaped[i + 1] == 'x'
                && Nibble(escaped[i + 2]) is >= 0 and var high && Nibble(escaped[i + 3]) is >= 0 and var low)
            {
                raw[length++] = (byte)((high << 4) | low);
                i += 3;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static int Nibble(byte hex) => hex switch
    {
        >= (byte)'0' and <= (byte)'9' => hex - '0',
        >= (byte)'a' and <= (byte)'f' => hex - 'a' + 10,
        _ => -1,
    };

    private static byte[] LookBytes() =>
        [Backslash, .. Enumerable.Range(0x80, 0x80).Select(value => (byte)value)];
}
