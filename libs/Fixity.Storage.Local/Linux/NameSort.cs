using System.Buffers.Binary;

namespace Fixity.Storage.Local.Linux;

/// <summary>Where a name lies in the memory of its directory, and what it is: eight bytes, because there may be millions.</summary>
internal readonly struct NameRef(nint offset, int length, byte type, bool isEscaped)
{
    public const byte Unknown = 0;
    public const byte Directory = 4;

    private const byte EscapedBit = 0x80;

    private readonly ulong _packed =
        ((ulong)offset << 24) | ((ulong)length << 8) | type | (isEscaped ? (ulong)EscapedBit : 0);

    public nint Offset => (nint)(_packed >> 24);

    public int Length => (int)(_packed >> 8) & 0xFFFF;

    /// <summary>As the kernel tells it (<c>d_type</c>).</summary>
    public byte Type => (byte)(_packed & 0x7F);

    /// <summary>Whether the name on the disk has other bytes.</summary>
    public bool IsEscaped => (_packed & EscapedBit) != 0;
}

/// <summary>Sorts names by their bytes, eight at a time behind what they have in common: numbers sort fastest.</summary>
internal static unsafe class NameSort
{
    /// <param name="bytes">Where the names lie, readable for eight bytes behind each.</param>
    /// <param name="keys">Room for as many. Left such that those of equal names, which are neighbours then, are equal.</param>
    public static void Sort(byte* bytes, Span<ulong> keys, Span<NameRef> names) => Sort(bytes, keys, names, 0);

    private static void Sort(byte* bytes, Span<ulong> keys, Span<NameRef> names, int from)
    {
        if (names.Length < 2)
        {
            return;
        }

        from += CommonPrefix(bytes, names, from);
        for (var i = 0; i < names.Length; i++)
        {
            keys[i] = Key(bytes, names[i], from);
        }

        keys.Sort(names);
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            // No name contains a NUL: a key that ends in one is of names that ended, and are the same.
            if (end - start > 1 && (byte)keys[start] != 0)
            {
                Sort(bytes, keys[start..end], names[start..end], from + sizeof(ulong));
            }

            start = end;
        }
    }

    private static int CommonPrefix(byte* bytes, ReadOnlySpan<NameRef> names, int from)
    {
        var first = Rest(bytes, names[0], from);
        foreach (var name in names[1..])
        {
            first = first[..first.CommonPrefixLength(Rest(bytes, name, from))];
            if (first.IsEmpty)
            {
                break;
            }
        }

        return first.Length;
    }

    private static ReadOnlySpan<byte> Rest(byte* bytes, NameRef name, int from) =>
        new(bytes + name.Offset + from, name.Length - from);

    private static ulong Key(byte* bytes, NameRef name, int from)
    {
        var left = name.Length - from;
        var key = BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(bytes + name.Offset + from, sizeof(ulong)));
        return left >= sizeof(ulong) ? key : left <= 0 ? 0 : key & (ulong.MaxValue << ((sizeof(ulong) - left) * 8));
    }
}
