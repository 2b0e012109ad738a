namespace Fixity.Storage.Local.Linux;

/// <summary>How far apart two writes must be for a file system to give them different mtimes.</summary>
/// <remarks>
/// <para>Linux stamps files with the coarse clock, which moves once a kernel tick (<c>clock_getres</c> of
/// <c>CLOCK_REALTIME_COARSE</c>: 1 to 10 ms); since 6.13 some file systems are finer, none coarser. On top of that comes
/// what the disk format can hold (<c>s_time_gran</c>, which no call tells).</para>
/// <para>Magic numbers: <c>include/uapi/linux/magic.h</c>, and for those outside of the kernel's own list their own
/// source. Rounding: <c>fs/*/super.c</c> of Linux 6.18, where <c>sb->s_time_gran</c> is set. Not in the table: two
/// seconds, the coarsest that any of them has. FUSE is such a one: the kernel believes what the program behind it says.
/// A server's clock, and what it rounds to, is unknown as well: one second, that of ext3 and of most NAS exports.</para>
/// </remarks>
internal static unsafe class MtimeGranularity
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Coarsest = TimeSpan.FromSeconds(2);

    /// <param name="fileSystemType"><c>f_type</c> of <c>statfs</c>.</param>
    /// <param name="tellsBirth">Whether the root's inode has room for the time of its making. On ext it has that where it
    /// has room for nanoseconds: in inodes of 256 bytes, not in those of 128, which ext2 and early ext3 made.</param>
    public static TimeSpan Of(uint fileSystemType, bool tellsBirth) => fileSystemType switch
    {
        Magic.Ext => tellsBirth ? Tick() : Second,
        Magic.Xfs or Magic.Btrfs or Magic.Tmpfs or Magic.Ramfs or Magic.F2fs or Magic.Zfs or Magic.Overlay
            or Magic.Bcachefs or Magic.Jfs or Magic.Nilfs or Magic.Ntfs3 or Magic.Erofs => Tick(),
        Magic.Nfs or Magic.Cifs or Magic.Smb or Magic.Smb2 or Magic.NineP or Magic.Ceph or Magic.HfsPlus
            or Magic.Reiserfs or Magic.Squashfs or Magic.Iso9660 => Second,
        _ => Coarsest,
    };

    /// <summary>Of this machine's coarse clock.</summary>
    internal static TimeSpan Tick()
    {
        TimeSpec resolution;
        return Libc.ClockResolution(Libc.CoarseRealTime, &resolution) == 0
            ? TimeSpan.FromSeconds(resolution.Seconds) + TimeSpan.FromMicroseconds(resolution.Nanoseconds / 1000.0)
            : TimeSpan.FromMilliseconds(10);
    }

    internal static class Magic
    {
        public const uint Ext = 0xEF53;
        public const uint Xfs = 0x58465342;
        public const uint Btrfs = 0x9123683E;
        public const uint Tmpfs = 0x01021994;
        public const uint Ramfs = 0x858458F6;
        public const uint F2fs = 0xF2F52010;
        public const uint Zfs = 0x2FC12FC1;
        public const uint Overlay = 0x794C7630;
        public const uint Bcachefs = 0xCA451A4E;
        public const uint Jfs = 0x3153464A;
        public const uint Nilfs = 0x3434;
        public const uint Ntfs3 = 0x7366746E;
        public const uint Erofs = 0xE0F5E1E2;
        public const uint Nfs = 0x6969;
        public const uint Cifs = 0xFF534D42;
        public const uint Smb = 0x517B;
        public const uint Smb2 = 0xFE534D42;
        public const uint NineP = 0x01021997;
        public const uint Ceph = 0x00C36400;
        public const uint HfsPlus = 0x482B;
        public const uint Reiserfs = 0x52654973;
        public const uint Squashfs = 0x73717368;
        public const uint Iso9660 = 0x9660;
    }
}
