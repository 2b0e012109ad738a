using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>Where a walk stands, as escaped bytes that grow and shrink with it.</summary>
internal sealed class WalkPath
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The whole path in this object's own memory: for comparing, never for keeping.</summary>
    public FilePath Current => FilePath.FromEscaped(_bytes.AsMemory(0, Length));

    public FilePath UpTo(int length) => FilePath.FromEscaped(_bytes.AsMemory(0, length));

    public ReadOnlySpan<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    public void Cut(int length) => Length = length;

    public void Append(ReadOnlySpan<byte> escaped)
    {
        if (Length + escaped.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + escaped.Length));
        }

        escaped.CopyTo(_bytes.AsSpan(Length));
        Length += escaped.Length;
    }

    /// <summary>The raw bytes of an escaped name, terminated for the kernel.</summary>
    public static ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> escapedName)
    {
        var name = escapedName.TrimEnd(FilePath.Separator);
        var raw = name.Contains((byte)'\\') ? PathEscape.Unescape(name) : name;
        var terminated = new byte[raw.Length + 1];
        raw.CopyTo(terminated);
        return terminated;
    }
}
