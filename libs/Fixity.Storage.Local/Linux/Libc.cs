using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>The few calls of the C library that the walk and the reader need, on names that are bytes.</summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0;
    public const int NonBlocking = 0x800;
    public const int NoAccessTime = 0x40000;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    // These three swap places between the architectures.
    public static readonly int Directory = IsArm64 ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArm64 ? 0x8000 : 0x20000;
    public static readonly int Direct = IsArm64 ? 0x10000 : 0x4000;

    public const int SymlinkNoFollow = 0x100;
    public const int EmptyPath = 0x1000;

    /// <summary>Type, mode, links, owner, times, inode, size.</summary>
    public const uint StatxBasic = 0x7ff;

    /// <summary>Also when the file was made, and what direct reads must be aligned to.</summary>
    public const uint StatxBirth = 0x800;
    public const uint StatxDirectAlignment = 0x2000;

    public const int AdviseSequential = 2;
    public const int AdviseDontNeed = 4;

    // Wait for what is on its way, and send the rest on its way; not wait for that too.
    public const uint WaitAndWrite = 3;

    public const int GetFlags = 3;
    public const int SetFlags = 4;

    public const int RemapMayMove = 1;
    public const int ReadWrite = 3;
    public const int PrivateAnonymous = 0x22;

    public const int CoarseRealTime = 5;

    /// <summary><c>STATX_ATTR_MOUNT_ROOT</c>.</summary>
    public const ulong MountRoot = 0x2000;

    public const ulong ResolveNoCrossing = 1;
    public const ulong ResolveNoMagicLinks = 2;
    public const ulong ResolveNoSymlinks = 4;
    public const ulong ResolveBeneath = 8;

    // Numbered after 2011, when the architectures agreed on one table.
    private const long OpenAt2Number = 437;

    private static readonly long GetDents64Number = IsArm64 ? 61 : 217;
    private static readonly long IoPrioritySetNumber = IsArm64 ? 30 : 251;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Whether the numbers and layouts here are those of this machine.</summary>
    public static bool IsSupported =>
        OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int OpenAt(int directory, byte* name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Statx(int directory, byte* name, int flags, uint mask, StatxBuffer* result);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FileSystemOf(int descriptor, StatfsBuffer* result);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(int descriptor, byte* buffer, nint length, long offset);

    /// <returns>The error number itself.</returns>
    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Advise(int descriptor, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int WriteOut(int descriptor, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "listxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ListAttributes(byte* path, byte* names, nint length);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint GetAttribute(byte* path, byte* name, byte* value, nint length);

    [LibraryImport("libc", EntryPoint = "clock_getres", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ClockResolution(int clock, TimeSpec* result);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial byte* Map(byte* wish, nint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mremap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial byte* Remap(byte* start, nint oldLength, nint newLength, int flags);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmap(byte* start, nint length);

    /// <summary>Sets the I/O class of the calling thread.</summary>
    public static int SetIoPriority(int priority) =>
        (int)SystemCall(IoPrioritySetNumber, 1, 0, priority, 0);

    public static int GetDents64(int descriptor, byte* buffer, int length) =>
        (int)SystemCall(GetDents64Number, descriptor, (nint)buffer, length, 0);

    public static int OpenAt2(int directory, byte* name, OpenHow* how) =>
        (int)SystemCall(OpenAt2Number, directory, (nint)name, (nint)how, sizeof(OpenHow));

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SystemCall(long number, nint first, nint second, nint third, nint fourth);
}

/// <summary><c>struct timespec</c> of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary><c>struct open_how</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}

/// <summary><c>struct statx</c>: one layout on every architecture, which <c>struct stat</c> is not.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    /// <summary>What of the fields is filled.</summary>
    [FieldOffset(0x00)]
    public uint Mask;

    [FieldOffset(0x08)]
    public ulong Attributes;

    [FieldOffset(0x10)]
    public uint Links;

    [FieldOffset(0x14)]
    public uint Uid;

    [FieldOffset(0x18)]
    public uint Gid;

    [FieldOffset(0x1c)]
    public ushort Mode;

    [FieldOffset(0x20)]
    public ulong Inode;

    [FieldOffset(0x28)]
    public ulong Size;

    /// <summary>Which attributes this kernel tells at all.</summary>
    [FieldOffset(0x38)]
    public ulong AttributesMask;

    [FieldOffset(0x50)]
    public long BirthSeconds;

    [FieldOffset(0x58)]
    public uint BirthNanoseconds;

    [FieldOffset(0x60)]
    public long ChangedSeconds;

    [FieldOffset(0x68)]
    public uint ChangedNanoseconds;

    [FieldOffset(0x70)]
    public long ModifiedSeconds;

    [FieldOffset(0x78)]
    public uint ModifiedNanoseconds;

    [FieldOffset(0x88)]
    public uint DeviceMajor;

    [FieldOffset(0x8c)]
    public uint DeviceMinor;

    [FieldOffset(0x98)]
    public uint DirectMemoryAlignment;

    [FieldOffset(0x9c)]
    public uint DirectOffsetAlignment;
}

/// <summary><c>struct statfs</c> of 64-bit Linux, as far as the file system's identity.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatfsBuffer
{
    [FieldOffset(0)]
    public long Type;

    [FieldOffset(56)]
    public uint IdLow;

    [FieldOffset(60)]
    public uint IdHigh;
}
