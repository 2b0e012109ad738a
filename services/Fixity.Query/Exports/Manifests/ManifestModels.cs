using System.Text;
using Fixity.Core;

namespace Fixity.Query.Exports.Manifests;

/// <summary>What a manifest is made of: a target, and where in it the names begin.</summary>
/// <param name="Base">The folder that the names are relative to, as a prefix with its slash; empty: the root.</param>
internal sealed record ManifestOf(
    int TargetId, string TargetName, ChecksumAlgorithm Algorithm, string? Path, string Base, DateTimeOffset At);

/// <summary>A file as it should be.</summary>
/// <param name="Name">The bytes of its name below the manifest's base.</param>
/// <param name="Checksum">In the manifest's algorithm; null: there is none.</param>
/// <param name="HasOther">It has a checksum in another algorithm.</param>
/// <param name="DamagedSince">It does not hold that; null: nothing says so.</param>
internal sealed record ManifestEntry(
    byte[] Name, long Size, byte[]? Checksum, bool HasOther, DateTimeOffset? DamagedSince);

/// <summary>Why a file is not in a manifest.</summary>
internal enum LeftOut
{
    No = 0,
    NeverRead = 1,
    OtherAlgorithm = 2,
    Name = 3,
}

/// <summary>What a manifest came to; grows while it is written.</summary>
internal sealed class ManifestTotals
{
    public long Listed { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Among those listed.</summary>
    public long Damaged { get; private set; }

    public long LeftOut { get; private set; }

    public void Add(ManifestEntry entry)
    {
        Listed++;
        Bytes += entry.Size;
        Damaged += entry.DamagedSince is null ? 0 : 1;
    }

    public void Omit() => LeftOut++;
}

/// <summary>Which files a format has room for.</summary>
internal static class ManifestRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static LeftOut Judge(ManifestFormat format, ManifestEntry entry) =>
        entry.Checksum is null ? entry.HasOther ? LeftOut.OtherAlgorithm : LeftOut.NeverRead
        : CanName(format, entry.Name) ? LeftOut.No
        : LeftOut.Name;

    public static string Words(this LeftOut reason, ChecksumAlgorithm algorithm) => reason switch
    {
        LeftOut.NeverRead => "never read to its end",
        LeftOut.OtherAlgorithm => $"not read since the target's algorithm became {algorithm.Name()}",
        LeftOut.Name => "its name cannot be written in this format",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };

    // b3sum reads its list as UTF-8 and refuses U+FFFD, which it writes itself for what is none. hashdeep has no escapes:
    // a line is a line. BagIt's tag files are in one encoding.
    private static bool CanName(ManifestFormat format, byte[] name) => format switch
    {
        ManifestFormat.B3sum => IsUtf8(name) && name.AsSpan().IndexOf("\uFFFD"u8) < 0,
        ManifestFormat.Hashdeep => !name.AsSpan().Contains((byte)'\n') && name[^1] != '\r',
        ManifestFormat.Bagit => IsUtf8(name),
        _ => true,
    };

    private static bool IsUtf8(byte[] name)
    {
        try
        {
            Strict.GetCharCount(name);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
