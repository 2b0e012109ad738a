using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Fixity.Bitrot;

/// <summary>When a file was last read and written, to the nanosecond, and a way to make it look so again.</summary>
/// <remarks>
/// .NET's own API has ticks of 100 ns, and a file set to the nearest tick is a changed file to anyone who compares
/// nanoseconds. On systems without <c>statx</c> the ticks have to do.
/// </remarks>
public readonly partial record struct FileTimes(long AccessedNs, long ModifiedNs)
{
    private const long NsPerSecond = 1_000_000_000;
    private const int RelativeToWorkingDirectory = -100; // AT_FDCWD
    private const int DoNotFollowLinks = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS
    private const int RegularFile = 0x8000; // S_IFREG
    private const int FileTypeMask = 0xf000; // S_IFMT

    public static FileTimes Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileTimes(ToNs(File.GetLastAccessTimeUtc(path)), ToNs(File.GetLastWriteTimeUtc(path)));
        }

        Span<byte> stat = stackalloc byte[StatxLayout.Bytes];
        return TryStat(path, stat)
            ? new FileTimes(ReadTime(stat[StatxLayout.Accessed..]), ReadTime(stat[StatxLayout.Modified..]))
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static bool IsRegularFile(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) && !File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }

        Span<byte> stat = stackalloc byte[StatxLayout.Bytes];
        return TryStat(path, stat)
            && (BinaryPrimitives.ReadUInt16LittleEndian(stat[StatxLayout.Mode..]) & FileTypeMask) == RegularFile;
    }

    public void ApplyTo(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            File.SetLastAccessTimeUtc(path, FromNs(AccessedNs));
            File.SetLastWriteTimeUtc(path, FromNs(ModifiedNs));
            return;
        }

        ReadOnlySpan<Timespec> times = [new(AccessedNs), new(ModifiedNs)];
        if (SetTimes(RelativeToWorkingDirectory, path, times, DoNotFollowLinks) != 0)
        {
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(), $"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static bool TryStat(string path, Span<byte> stat) =>
        Statx(RelativeToWorkingDirectory, path, DoNotFollowLinks, BasicStats, stat) == 0;

    private static long ReadTime(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * NsPerSecond) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);

    private static long ToNs(DateTime time) => (time - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static DateTime FromNs(long ns) => DateTime.UnixEpoch.AddTicks(ns / TimeSpan.NanosecondsPerTick);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> stat);

    [LibraryImport("libc", EntryPoint = "utimensat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetTimes(int folder, string path, ReadOnlySpan<Timespec> times, int flags);

    // struct statx is the same on every architecture, unlike struct stat. Linux on big-endian machines is not served.
    private static class StatxLayout
    {
        public const int Bytes = 256;
        public const int Mode = 28;
        public const int Accessed = 64;
        public const int Modified = 112;
    }

    private readonly struct Timespec(long ns)
    {
        public readonly nint Seconds = (nint)((ns - NsOf(ns)) / NsPerSecond);
        public readonly nint Nanoseconds = (nint)NsOf(ns);

        // Never negative, also before 1970.
        private static long NsOf(long ns) => ((ns % NsPerSecond) + NsPerSecond) % NsPerSecond;
    }
}
