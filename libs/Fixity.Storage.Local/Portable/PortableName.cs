using System.Buffers;
using System.Text;
using Fixity.Core;

namespace Fixity.Storage.Local.Portable;

/// <summary>Names as .NET gives them, to escaped bytes and back.</summary>
/// <remarks>
/// A name of UTF-16 with half a surrogate pair, which Windows allows, is not valid UTF-8 in any form: the half becomes
/// the three bytes that UTF-8 would give it, and those are escaped.
/// </remarks>
internal static class PortableName
{
    public static byte[] Escape(ReadOnlySpan<char> name)
    {
        var raw = new byte[name.Length * 3];
        var length = 0;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out var rune, out var consumed) == OperationStatus.Done)
            {
                length += rune.EncodeToUtf8(raw.AsSpan(length));
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

        return PathEscape.Escape(raw.AsSpan(0, length));
    }

    public static string Unescape(FilePath path)
    {
        ReadOnlySpan<byte> raw = path.ToRaw();
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(raw, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else if (raw.Length >= 3 && raw[0] == 0xED && raw[1] >= 0xA0)
            {
                text.Append((char)(0xD000 | ((raw[1] & 0x3F) << 6) | (raw[2] & 0x3F)));
                consumed = 3;
            }
            else
            {
                throw new StorageException(StorageFault.Gone, path, "no name on this system has these bytes");
            }

            raw = raw[consumed..];
        }

        return text.ToString();
    }
}
