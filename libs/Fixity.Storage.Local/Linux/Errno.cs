using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>What the kernel's error numbers mean for a scan.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDeviceOrAddress = 6;
    public const int TooBig = 7;
    public const int Again = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int CrossesMount = 18;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int TooManyFilesOnSystem = 23;
    public const int TooManyFiles = 24;
    public const int NoSpace = 28;
    public const int OutOfRange = 34;
    public const int NameTooLong = 36;
    public const int NoSystemCall = 38;
    public const int Loop = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int NotConnected = 107;
    public const int Shutdown = 108;
    public const int TimedOut = 110;
    public const int HostDown = 112;
    public const int NoRouteToHost = 113;
    public const int Stale = 116;
    public const int OverQuota = 122;
    public const int KeyMissing = 126;
    public const int KeyExpired = 127;
    public const int KeyRevoked = 128;

    /// <remarks>
    /// EIO is what a medium says that failed (EUCLEAN, EBADMSG: a file system that found its own damage), so everything
    /// not named here is of the entry, too: it is recorded, and nothing is concluded from it.
    /// </remarks>
    public static StorageFault Fault(int errno) => errno switch
    {
        NoEntry => StorageFault.Gone,

        // Also an encrypted folder whose key is not loaded: not ours to read, as with any other lock.
        NotPermitted or AccessDenied or KeyMissing or KeyExpired or KeyRevoked => StorageFault.Denied,
        NotDirectory or Loop or NoDeviceOrAddress or NoDevice or CrossesMount => StorageFault.NotRegular,

        // A cache on the way (overlay, FUSE, NFS) may run out of space though nothing is written by us.
        OutOfMemory or TooManyFiles or TooManyFilesOnSystem or NoSpace or OverQuota or NoBuffers =>
            StorageFault.Resources,

        // Again: somebody holds a lease on the file (an SMB or NFS server), and is asked just now to give it up.
        NotConnected or Again or Shutdown or HostDown or NoRouteToHost or Stale or NetworkDown or NetworkUnreachable
            or ConnectionAborted or ConnectionReset or TimedOut => StorageFault.Connection,
        _ => StorageFault.ReadFailed,
    };

    public static string Text(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    public static StorageException Exception(int errno, FilePath path, string doing) =>
        new(Fault(errno), path, $"{doing}: {Text(errno)}");
}
