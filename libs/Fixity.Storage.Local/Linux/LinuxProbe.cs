using System.Globalization;
using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>Which storage a directory is on, so that an empty mount point is never taken for an emptied storage.</summary>
internal static unsafe class LinuxProbe
{
    /// <param name="crossMounts">What is below may be on any other file system.</param>
    public static StorageProbe Of(int descriptor, bool crossMounts)
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
            $"fs:{fileSystem.Type:x}:{fileSystem.IdHigh:x8}{fileSystem.IdLow:x8}/ino:{stat.Inode}");
        var type = (uint)fileSystem.Type;
        return new StorageProbe(
            identity, MtimeGranularity.Of(type, (stat.Mask & Libc.StatxBirth) != 0),
            !crossMounts && ChangesInodeWithName(type));
    }

    // Where the inode is this kernel's own: unlink, rename and rename over it move its ctime, its links or both. A
    // program or a server behind the file system may have no ctime (sftp), or answer from before the change; FAT has
    // none; an overlay leaves the inode below as it is.
    internal static bool ChangesInodeWithName(uint fileSystemType) => fileSystemType is
        MtimeGranularity.Magic.Ext or MtimeGranularity.Magic.Xfs or MtimeGranularity.Magic.Btrfs
        or MtimeGranularity.Magic.Tmpfs or MtimeGranularity.Magic.F2fs or MtimeGranularity.Magic.Zfs
        or MtimeGranularity.Magic.Bcachefs or MtimeGranularity.Magic.Jfs;
}
