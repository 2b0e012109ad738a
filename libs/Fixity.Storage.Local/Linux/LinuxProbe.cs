using System.Globalization;
using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>Which storage a directory is on, so that an empty mount point is never taken for an emptied storage.</summary>
internal static unsafe class LinuxProbe
{
    public static StorageProbe Of(int descriptor)
    {
        StatfsBuffer fileSystem;
        if (Libc.FileSystemOf(descriptor, &fileSystem) != 0)
        {
            throw Errno.Exception(
                Marshal.GetLastPInvokeError(), default, "the file system of the root cannot be identified");
        }

        var error = Descriptors.Stat(descriptor, out var stat, Libc.StatxBirth);
        if (error != 0)
        {
            throw Errno.Exception(-error, default, "the root cannot be looked at");
        }

        var identity = string.Create(
            CultureInfo.InvariantCulture,
            $"fs:{fileSystem.Type:x}:{fileSystem.IdHigh:x8}{fileSystem.IdLow:x8}/ino:{stat.Inode}{Made(fileSystem, stat)}");
        return new StorageProbe(identity, MtimeGranularity.Of((uint)fileSystem.Type, (stat.Mask & Libc.StatxBirth) != 0));
    }

    // Some file systems have no id but that of the device they are on (XFS), and roots of one number everywhere: when the
    // root was made tells two disks apart. Of disks alone: a server may begin to tell it, or cease, with its next version.
    private static string Made(in StatfsBuffer fileSystem, in StatxBuffer stat) =>
        (stat.Mask & Libc.StatxBirth) != 0 && (uint)fileSystem.Type is MtimeGranularity.Magic.Ext
            or MtimeGranularity.Magic.Xfs or MtimeGranularity.Magic.Btrfs or MtimeGranularity.Magic.F2fs
            ? string.Create(CultureInfo.InvariantCulture, $"/made:{stat.BirthSeconds}.{stat.BirthNanoseconds}")
            : "";
}
