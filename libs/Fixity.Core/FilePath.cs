using System.Text;

namespace Fixity.Core;

/// <summary>
/// The path of a file below the root of its target, as escaped UTF-8 bytes with <c>/</c> between the segments: the one
/// form in which paths are compared, stored and shown. <c>default</c> is the root itself.
/// </summary>
/// <remarks>
/// <para>Names are bytes. A byte that is not part of valid UTF-8 is written as <c>\xHH</c> and a backslash is doubled
/// (<see cref="PathEscape"/>), so that every name fits a PostgreSQL <c>text</c> and gives its bytes back.</para>
/// <para>Comparison is by the bytes of the escaped form, which is the order of <c>collate "C"</c>. A path that ends in
/// <c>/</c> is the key of a directory's range: it sorts directly before everything that is below it.</para>
/// </remarks>
public readonly struct FilePath : IEquatable<FilePath>, IComparable<FilePath>
{
    public const byte Separator = (byte)'/';

    private readonly ReadOnlyMemory<byte> _escaped;

    private FilePath(ReadOnlyMemory<byte> escaped) => _escaped = escaped;

    /// <summary>The escaped UTF-8 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _escaped.Span;

    /// <summary>The escaped UTF-8 bytes, for those who must keep or await over them.</summary>
    public ReadOnlyMemory<byte> Memory => _escaped;

    public bool IsRoot => _escaped.IsEmpty;

    /// <summary>Whether this is the key of a directory's range: empty (everything), or ending in <c>/</c>.</summary>
    public bool IsRangeKey => _escaped.IsEmpty || _escaped.Span[^1] == Separator;

    /// <summary>Takes bytes that are escaped already, without copying them: the caller does not change them again.</summary>
    public static FilePath FromEscaped(ReadOnlyMemory<byte> escaped) => new(escaped);

    /// <summary>Reads the stored form back. The text is one that <see cref="ToString"/> made.</summary>
    public static FilePath FromEscaped(string escaped) => new(Encoding.UTF8.GetBytes(escaped));

    /// <summary>Escapes the raw bytes of a whole path, as a file system gives them.</summary>
    public static FilePath FromRaw(ReadOnlySpan<byte> raw) => new(PathEscape.Escape(raw));

    /// <summary>Accepts text from outside only if it is a path that Fixity itself could have written.</summary>
    /// <remarks>No empty, <c>.</c> or <c>..</c> segment, no NUL, and the one canonical escaping.</remarks>
    public static bool TryParse(string? text, out FilePath path)
    {
        path = default;
        if (text is null || text.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        if (text.Length == 0)
        {
            return true;
        }

        foreach (var segment in text.Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return false;
            }
        }

        var escaped = Encoding.UTF8.GetBytes(text);
        if (!PathEscape.IsCanonical(escaped))
        {
            return false;
        }

        path = new FilePath(escaped);
        return true;
    }

    /// <summary>The bytes to give to a file system.</summary>
    public byte[] ToRaw() => PathEscape.Unescape(Bytes);

    /// <summary>The path of an entry of this directory.</summary>
    public FilePath Append(ReadOnlySpan<byte> escapedName)
    {
        if (IsRoot)
        {
            return new FilePath(escapedName.ToArray());
        }

        var separator = IsRangeKey ? 0 : 1;
        var joined = new byte[_escaped.Length + separator + escapedName.Length];
        Bytes.CopyTo(joined);
        joined[_escaped.Length + separator - 1] = Separator;
        escapedName.CopyTo(joined.AsSpan(_escaped.Length + separator));
        return new FilePath(joined);
    }

    /// <summary>The key of the range of everything below this directory: the path with <c>/</c>; empty for the root.</summary>
    public FilePath AsRangeKey() => IsRangeKey ? this : Append([]);

    /// <summary>The directory that holds this entry; the root's is the root. Shares the bytes of this path.</summary>
    public FilePath Parent
    {
        get
        {
            var end = Bytes.TrimEnd(Separator).LastIndexOf(Separator);
            return end < 0 ? default : new FilePath(_escaped[..end]);
        }
    }

    /// <summary>The last segment, escaped.</summary>
    public ReadOnlySpan<byte> Name
    {
        get
        {
            var bytes = Bytes.TrimEnd(Separator);
            return bytes[(bytes.LastIndexOf(Separator) + 1)..];
        }
    }

    /// <summary>Whether this lies inside <paramref name="directory"/> (or its range key), by whole segments.</summary>
    public bool IsBelow(FilePath directory)
    {
        var above = directory.Bytes;
        if (above.IsEmpty)
        {
            return !IsRoot;
        }

        if (directory.IsRangeKey)
        {
            return Bytes.Length > above.Length && Bytes.StartsWith(above);
        }

        return Bytes.Length > above.Length + 1 && Bytes[above.Length] == Separator && Bytes.StartsWith(above);
    }

    /// <summary>A path with bytes of its own, which keeps no larger block of a batch alive.</summary>
    public FilePath ToOwned() => new(Bytes.ToArray());

    public int CompareTo(FilePath other) => Bytes.SequenceCompareTo(other.Bytes);

    public bool Equals(FilePath other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is FilePath other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The escaped text: what is stored, shown and exported.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    public static bool operator ==(FilePath left, FilePath right) => left.Equals(right);

    public static bool operator !=(FilePath left, FilePath right) => !left.Equals(right);

    public static bool operator <(FilePath left, FilePath right) => left.CompareTo(right) < 0;

    public static bool operator <=(FilePath left, FilePath right) => left.CompareTo(right) <= 0;

    public static bool operator >(FilePath left, FilePath right) => left.CompareTo(right) > 0;

    public static bool operator >=(FilePath left, FilePath right) => left.CompareTo(right) >= 0;
}
