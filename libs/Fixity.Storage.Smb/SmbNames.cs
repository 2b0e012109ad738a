using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>Names as a server gives them, UTF-16, to escaped bytes and back.</summary>
/// <remarks>
/// Half a surrogate pair, which Windows allows, becomes the three bytes that UTF-8 would give it, escaped. A name that
/// SMB cannot open is written so that it is no other entry's path and never leads anywhere.
/// </remarks>
internal static class SmbNames
{
    /// <summary>Escaped, a name is at most so much longer than in UTF-16 bytes.</summary>
    public const int MaxGrowth = 3 * PathEscape.MaxGrowth;

    /// <returns>Bytes written; whether SMB can open the name.</returns>
    public static (int Length, bool CanOpen) Escape(ReadOnlySpan<byte> nameUtf16, Span<byte> escaped)
    {
        if (nameUtf16.Length % sizeof(char) != 0)
        {
            return (EscapeUnusable(nameUtf16, escaped), false);
        }

        var name = MemoryMarshal.Cast<byte, char>(nameUtf16);
        if (!SmbPath.IsName(name))
        {
            return (EscapeUnusable(nameUtf16, escaped), false);
        }

        Span<byte> raw = stackalloc byte[3 * 255];
        var length = Utf8.FromUtf16(name, raw, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done
            ? written
            : EncodeHalves(name, raw);
        return (PathEscape.Escape(raw[..length], escaped), true);
    }

    /// <summary>The path as the server knows it.</summary>
    /// <exception cref="StorageException">Nothing on a server can have this path.</exception>
    public static string ToServer(FilePath root, FilePath path)
    {
        var joined = root.IsRoot ? path : path.IsRoot ? root : root.Append(path.Bytes);
        var escaped = joined.Bytes.TrimEnd(FilePath.Separator);
        if (!escaped.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(escaped).Replace('/', '\\');
        }

        // Other spellings are those of names that cannot be opened: unescaped, they might be somebody else's.
        var raw = PathEscape.IsCanonical(escaped) ? PathEscape.Unescape(escaped) : [(byte)'\\'];
        return raw.Contains((byte)'\\')
            ? throw new StorageException(StorageFault.ReadFailed, path, "the path holds a name that SMB cannot open")
            : Decode(raw).Replace('/', '\\');
    }

    // Every byte that does not stand for itself in any path is spelt out; an empty name is one zero.
    private static int EscapeUnusable(ReadOnlySpan<byte> nameUtf16, Span<byte> escaped)
    {
        var text = Encoding.UTF8.GetBytes(nameUtf16.IsEmpty ? "\0" : Encoding.Unicode.GetString(nameUtf16));
        var length = 0;
        var isDots = text.AsSpan().IndexOfAnyExcept((byte)'.') < 0;
        foreach (var value in text)
        {
            if (value is (byte)'/' or 0 || isDots)
            {
                length += Encoding.UTF8.GetBytes($"\\x{value:x2}", escaped[length..]);
            }
            else
            {
                escaped[length++] = value;
                if (value == (byte)'\\')
                {
                    escaped[length++] = value;
                }
            }
        }

        return length;
    }

    private static int EncodeHalves(ReadOnlySpan<char> name, Span<byte> raw)
    {
        var length = 0;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out var rune, out var consumed) == OperationStatus.Done)
            {
                length += rune.EncodeToUtf8(raw[length..]);
            }
            else
            {
                raw[length++] = (byte)(0xE0 | (name[0] >> 12));
                raw[length++] = (byte)(0x80 | ((name[0] >> 6) & 0x3F));
                raw[length++] = (byte)(0x80 | (name[0] & 0x3F));
                consumed = 1;
            }

            name = name[consumed..];
        }

        return length;
    }

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(raw, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else if (raw is [0xED, >= 0xA0, _, ..])
            {
                text.Append((char)(0xD000 | ((raw[1] & 0x3F) << 6) | (raw[2] & 0x3F)));
                consumed = 3;
            }
            else
            {
                throw new StorageException(StorageFault.Gone, default, "no name on a share has these bytes");
            }

            raw = raw[consumed..];
        }

        return text.ToString();
    }
}
