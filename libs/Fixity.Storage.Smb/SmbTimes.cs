using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>A server's metadata as the engine wants them.</summary>
internal static class SmbTimes
{
    private const long TicksTo1970 = 116_444_736_000_000_000;

    public static FileMetadata ToFile(this in SmbMetadata metadata) => new(
        metadata.SizeBytes, ToUnix(metadata.Written), metadata.Changed == 0 ? null : ToUnix(metadata.Changed),
        metadata.FileId == 0 ? null : unchecked((long)metadata.FileId));

    // A server's time reaches further than 64 bits of nanoseconds; the nearest is taken, the same one each time.
    public static long ToUnix(long fileTime)
    {
        var (seconds, ticks) = Math.DivRem(Math.Max(fileTime, 0) - TicksTo1970, TimeSpan.TicksPerSecond);
        return UnixNanoseconds.From(seconds, ticks * 100);
    }
}
