using System.Globalization;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>Makes programs that write through mapped memory show in the times of their file, or their edits would pass
/// for decay.</summary>
/// <remarks>
/// <para>The first store to a clean page moves mtime and ctime; every further one, until the kernel has written the page
/// out, moves neither. What is read in between has a checksum that goes with these times, and so will other content a
/// moment later. Written out before it is read the page is clean, and whoever stores into it again moves the times.</para>
/// <para>A page is dirty for as long as the kernel lets it be: a file whose ctime is older than that has none. Not so on a
/// file system in memory (tmpfs), which never writes anything out: there nothing can be done.</para>
/// </remarks>
internal sealed class MappedWrites
{
    // Of a disk that takes 20 MB a second it asks for less than half of one.
    private const long PieceBytes = 8 * 1024 * 1024;

    private static readonly Int128 LongestDirtyNs = (Int128)LongestDirty().TotalNanoseconds;

    private long _start;
    private long _end;

    /// <returns>Null: it was written so long ago that no page of it is dirty.</returns>
    public static MappedWrites? Of(in FileMetadata file) =>
        UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) - (Int128)(file.CtimeNs ?? file.MtimeNs) < LongestDirtyNs
            ? new MappedWrites()
            : null;

    /// <summary>Writes out what is read next. Not the whole file at once: that may take longer than a read may hang.</summary>
    public void Before(int descriptor, long offset, int length)
    {
        if (offset >= _start && offset + length <= _end)
        {
            return;
        }

        (_start, _end) = (offset, offset + Math.Max(length, PieceBytes));

        // What cannot be written out is the writer's to be told of; the read that follows says what can be read.
        _ = Libc.WriteOut(descriptor, _start, _end - _start, Libc.WaitAndWrite);
    }

    // Twice what the kernel promises: a slow disk takes its time.
    private static TimeSpan LongestDirty() =>
        2 * (Centiseconds("dirty_expire_centisecs", 3_000) + Centiseconds("dirty_writeback_centisecs", 500));

    private static TimeSpan Centiseconds(string setting, int usual)
    {
        try
        {
            var text = File.ReadAllText($"/proc/sys/vm/{setting}");
            return TimeSpan.FromMilliseconds(
                10 * double.Parse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.FromMilliseconds(10 * usual); // A sandbox that hides it.
        }
    }
}
