using System.Globalization;
using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>Which storage a directory is on, so that an empty mount point is never taken for an emptied storage.</summary>
internal static unsafe class LinuxProbe
{
    /// <param name="crossMounts">What is below may be on any other file system.</param>
    public static StorageProbe Of(int descriptor, bool crossMounts)
    {
        var error = FileSystemOf(descriptor, out var fileSystem);
        if (error != 0)
        {
            throw Errno.Exception(-error, default, "the file system of the root cannot be identified");
        }

        error = Descriptors.Stat(descriptor, out var stat, Libc.StatxBirth);
        if (error != 0)
        {
            throw Errno.Exception(-error, default, "the root cannot be looked at");
        }

        var type = (uint)fileSystem.Type;
        return new StorageProbe(
            Identity(fileSystem, stat.Inode) + Made(fileSystem, stat), MtimeGranularity.Of(type, (stat.Mask & Libc.StatxBirth) != 0),
            !crossMounts && ChangesInodeWithName(type));
    }

    /// <summary>Which file system is mounted where the descriptor is open.</summary>
    /// <param name="inode">Of a folder; null of a file, which may be replaced where it comes from.</param>
    /// <returns>Zero, or the negative error number.</returns>
    public static int OfMount(int descriptor, ulong? inode, out string identity)
    {
        var error = FileSystemOf(descriptor, out var fileSystem);
        identity = error == 0 ? Identity(fileSystem, inode) : "";
        if (error == 0 && inode is not null)
        {
            // As of a root.
            error = Descriptors.Stat(descriptor, out var stat, Libc.StatxBirth);
            identity += error == 0 ? Made(fileSystem, stat) : "";
        }

        return error;
    }

    private static int FileSystemOf(int descriptor, out StatfsBuffer fileSystem)
    {
        fixed (StatfsBuffer* buffer = &fileSystem)
        {
            return Libc.FileSystemOf(descriptor, buffer) == 0 ? 0 : -Marshal.GetLastPInvokeError();
        }
    }

    private static string Identity(in StatfsBuffer fileSystem, ulong? inode) => string.Create(
        CultureInfo.InvariantCulture,
        $"fs:{fileSystem.Type:x}:{fileSystem.IdHigh:x8}{fileSystem.IdLow:x8}{(inode is null ? "" : "/ino:")}{inode}");

    // Where the inode is this kernel's own: unlink, rename and rename over it move its ctime, its links or both. A
    // program or a server behind the file system may have no ctime (sftp), or answer from before the change; FAT has
    // none; an overlay leaves the inode below as it is.
    internal static bool ChangesInodeWithName(uint fileSystemType) => fileSystemType is
        MtimeGranularity.Magic.Ext or MtimeGranularity.Magic.Xfs or MtimeGranularity.Magic.Btrfs
        or MtimeGranularity.Magic.Tmpfs or MtimeGranularity.Magic.F2fs or MtimeGranularity.Magic.Zfs
        or MtimeGranularity.Magic.Bcachefs or MtimeGranularity.Magic.Jfs;

    // Some file systems have no id but that of the device they are on (XFS), and roots of one number everywhere: when the
    // root was made tells two disks apart. Of disks alone: a server may begin to tell it, or cease, with its next version.
    private static string Made(in StatfsBuffer fileSystem, in StatxBuffer stat) =>
        (stat.Mask & Libc.StatxBirth) != 0 && (uint)fileSystem.Type is MtimeGranularity.Magic.Ext
            or MtimeGranularity.Magic.Xfs or MtimeGranularity.Magic.Btrfs or MtimeGranularity.Magic.F2fs
            ? string.Create(CultureInfo.InvariantCulture, $"/made:{stat.BirthSeconds}.{stat.BirthNanoseconds}")
            : "";
}
