using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>Opens and looks at entries relative to an open directory, so that nothing escapes between check and open.</summary>
internal static unsafe class Descriptors
{
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int DirectoryType = 0x4000;

    // Longer paths are rare, and pay with an array.
    private const int PathOnStackBytes = 512;

    // A kernel (before 5.6) or a sandbox without openat2 says so once; from then on segments are opened one by one.
    private static volatile bool _noOpenAt2;

    /// <summary>Opens one name of a directory, never through a link.</summary>
    /// <returns>The descriptor, or the negative error number.</returns>
    public static int OpenName(int directory, ReadOnlySpan<byte> terminatedName, int flags)
    {
        fixed (byte* name = terminatedName)
        {
            while (true)
            {
                var descriptor = Libc.OpenAt(directory, name, flags | Libc.NoFollow | Libc.CloseOnExec, 0);
                if (descriptor >= 0)
                {
                    return descriptor;
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return -errno;
                }
            }
        }
    }

    /// <inheritdoc cref="OpenBelow(int, ReadOnlySpan{byte}, int, bool)"/>
    [SkipLocalsInit]
    public static int OpenBelow(int root, FilePath path, int flags, bool crossMounts)
    {
        var escaped = path.Bytes;
        var raw = escaped.Length <= PathOnStackBytes
            ? stackalloc byte[PathOnStackBytes]
            : new byte[escaped.Length];
        return OpenBelow(root, raw[..PathEscape.Unescape(escaped, raw)], flags, crossMounts);
    }

    /// <summary>Opens a path below a directory; no segment of it may be a link.</summary>
    /// <param name="crossMounts">False: nor may something be mounted on the way, which is not even touched then. A kernel
    /// without openat2 crosses all the same.</param>
    /// <returns>The descriptor, or the negative error number.</returns>
    public static int OpenBelow(int root, ReadOnlySpan<byte> rawPath, int flags, bool crossMounts)
    {
        if (rawPath.IsEmpty)
        {
            return OpenName(root, ".\0"u8, flags);
        }

        if (!_noOpenAt2)
        {
            var result = OpenResolved(root, rawPath, flags, crossMounts ? 0 : Libc.ResolveNoCrossing);
            if (result is not (-Errno.NoSystemCall or -Errno.NotPermitted or -Errno.NameTooLong or -Errno.Again))
            {
                return result;
            }

            _noOpenAt2 |= result == -Errno.NoSystemCall;
        }

        return OpenBySegments(root, rawPath, flags);
    }

    /// <returns>Zero, or the negative error number.</returns>
    public static int Stat(int directory, ReadOnlySpan<byte> terminatedName, out StatxBuffer result)
    {
        fixed (byte* name = terminatedName)
        fixed (StatxBuffer* buffer = &result)
        {
            return Stat(directory, name, Libc.SymlinkNoFollow, Libc.StatxBasic, buffer);
        }
    }

    /// <summary>Looks at what a descriptor itself is open on.</summary>
    /// <param name="more">What is asked for beyond <see cref="Libc.StatxBasic"/>.</param>
    public static int Stat(int descriptor, out StatxBuffer result, uint more = 0)
    {
        fixed (byte* name = "\0"u8)
        fixed (StatxBuffer* buffer = &result)
        {
            return Stat(descriptor, name, Libc.EmptyPath, Libc.StatxBasic | more, buffer);
        }
    }

    /// <returns>Zero, or the negative error number.</returns>
    public static int Stat(int directory, byte* terminatedName, int flags, uint mask, StatxBuffer* result)
    {
        while (Libc.Statx(directory, terminatedName, flags, mask, result) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
            {
                return -errno;
            }
        }

        return 0;
    }

    /// <returns>Bytes read, or the negative error number.</returns>
    public static nint Read(int descriptor, byte* buffer, nint length, long offset)
    {
        while (true)
        {
            var read = Libc.Read(descriptor, buffer, length, offset);
            if (read >= 0)
            {
                return read;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
            {
                return -errno;
            }
        }
    }

    public static bool IsRegular(in StatxBuffer stat) => (stat.Mode & FileTypeMask) == RegularFile;

    public static bool IsDirectory(in StatxBuffer stat) => (stat.Mode & FileTypeMask) == DirectoryType;

    /// <summary>Whether something is mounted here, be it from the same file system; false where the kernel (before 5.8)
    /// does not say.</summary>
    public static bool IsMountRoot(in StatxBuffer stat) => (stat.AttributesMask & stat.Attributes & Libc.MountRoot) != 0;

    public static long Device(in StatxBuffer stat) => ((long)stat.DeviceMajor << 32) | stat.DeviceMinor;

    public static SkipKind Skip(in StatxBuffer stat) => (stat.Mode & FileTypeMask) switch
    {
        0xA000 => SkipKind.SymbolicLink,
        0x1000 => SkipKind.Fifo,
        0xC000 => SkipKind.Socket,
        0x2000 => SkipKind.CharacterDevice,
        0x6000 => SkipKind.BlockDevice,
        _ => SkipKind.Unknown,
    };

    public static FileMetadata Metadata(in StatxBuffer stat) => new(
        (long)stat.Size,
        UnixNanoseconds.From(stat.ModifiedSeconds, stat.ModifiedNanoseconds),
        UnixNanoseconds.From(stat.ChangedSeconds, stat.ChangedNanoseconds),
        (long)stat.Inode,
        Device(stat),
        stat.Mode & 0xFFF,
        stat.Uid,
        stat.Gid,
        stat.Links);

    public static SafeFileHandle Own(int descriptor) => new(descriptor, ownsHandle: true);

    [SkipLocalsInit]
    private static int OpenResolved(int root, ReadOnlySpan<byte> rawPath, int flags, ulong resolve)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(flags | Libc.NoFollow | Libc.CloseOnExec),
            Resolve = resolve | Libc.ResolveBeneath | Libc.ResolveNoSymlinks | Libc.ResolveNoMagicLinks,
        };
        var terminated = rawPath.Length < PathOnStackBytes
            ? stackalloc byte[PathOnStackBytes]
            : new byte[rawPath.Length + 1];
        rawPath.CopyTo(terminated);
        terminated[rawPath.Length] = 0;

        fixed (byte* path = terminated)
        {
            while (true)
            {
                var descriptor = Libc.OpenAt2(root, path, &how);
                if (descriptor >= 0)
                {
                    return descriptor;
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return -errno;
                }
            }
        }
    }

    private static int OpenBySegments(int root, ReadOnlySpan<byte> rawPath, int flags)
    {
        var name = new byte[rawPath.Length + 1];
        var directory = root;
        try
        {
            while (true)
            {
                var slash = rawPath.IndexOf((byte)'/');
                var segment = slash < 0 ? rawPath : rawPath[..slash];
                segment.CopyTo(name);
                name[segment.Length] = 0;
                var terminated = name.AsSpan(0, segment.Length + 1);
                if (slash < 0)
                {
                    return OpenName(directory, terminated, flags);
                }

                var next = OpenName(directory, terminated, Libc.PathOnly | Libc.Directory);
                if (next < 0)
                {
                    return next;
                }

                CloseUnlessRoot(directory, root);
                directory = next;
                rawPath = rawPath[(slash + 1)..];
            }
        }
        finally
        {
            CloseUnlessRoot(directory, root);
        }
    }

    private static void CloseUnlessRoot(int directory, int root)
    {
        if (directory != root)
        {
            _ = Libc.Close(directory);
        }
    }
}
