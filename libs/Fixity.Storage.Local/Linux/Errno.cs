using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>What the kernel's error numbers mean for a scan.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoDeviceOrAddress = 6;
    public const int Again = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int TooManyFilesOnSystem = 23;
    public const int TooManyFiles = 24;
    public const int NameTooLong = 36;
    public const int NoSystemCall = 38;
    public const int Loop = 40;
    public const int NotConnected = 107;
    public const int TimedOut = 110;
    public const int HostDown = 112;
    public const int NoRouteToHost = 113;
    public const int Stale = 116;

    public static StorageFault Fault(int errno) => errno switch
    {
        NoEntry => StorageFault.Gone,
        NotPermitted or AccessDenied => StorageFault.Denied,
        NotDirectory or Loop or NoDeviceOrAddress or NoDevice => StorageFault.NotRegular,
        OutOfMemory or TooManyFiles or TooManyFilesOnSystem => StorageFault.Resources,
        NotConnected or TimedOut or HostDown or NoRouteToHost or Stale => StorageFault.Connection,
        _ => StorageFault.ReadFailed,
    };

    public static string Text(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    public static StorageException Exception(int errno, FilePath path, string doing) =>
        new(Fault(errno), path, $"{doing}: {Text(errno)}");
}
