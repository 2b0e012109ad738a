using System.Text.RegularExpressions;
using Fixity.Storage.Local.Mounts;

namespace Fixity.Scanner.Scans;

/// <summary>How many files of a root are read at once where the target does not say: one where several readers make
/// each other slow, a disk that must move its heads or a share over the network.</summary>
/// <remarks>
/// Linux: the mount that the root lies on, in <c>/proc/self/mountinfo</c>, and what the kernel says of its device. The
/// devices of virtual machines call themselves rotational whatever is behind them, so of those nothing is concluded.
/// Elsewhere nothing is known, and a reader a core is taken.
/// </remarks>
internal sealed partial class StorageReaders(
    string mountTable = "/proc/self/mountinfo", string devices = "/sys/dev/block", string names = "/sys/class/block")
{
    // Read by clients of our own, which keep several requests under way; a call waits for the network, not for a core.
    private const int ReadersOfShare = 4;
    private const int ReadersOfBucket = 8;

    private static int ReaderACore => Math.Min(4, Environment.ProcessorCount);

    public int DefaultFor(TargetSettings target) => target.Type switch
    {
        "smb" => ReadersOfShare,
        "s3" => ReadersOfBucket,
        _ => DefaultFor(target.Root),
    };

    /// <summary>Whether several readers of this target make each other slow.</summary>
    public bool IsForOne(TargetSettings target) => target.Type is not ("smb" or "s3") && IsForOne(target.Root);

    public int DefaultFor(string root) => IsForOne(root) ? 1 : ReaderACore;

    /// <summary>Whether several readers of this root make each other slow.</summary>
    public bool IsForOne(string root)
    {
        try
        {
            return File.Exists(mountTable) && FindMount(root) is { } mount
                && (NetworkMount.UsualFileSystems.Contains(mount.FileSystem) || IsRotational(mount));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // Nothing can be learnt of it.
        }
    }

    private Mount? FindMount(string root)
    {
        // The last of several on one point lies on top.
        Mount? found = null;
        foreach (var mount in MountTable.Read(mountTable))
        {
            if (mount.Holds(root) && mount.Point.Length >= (found?.Point.Length ?? 0))
            {
                found = mount;
            }
        }

        return found;
    }

    private bool IsRotational(Mount mount)
    {
        // Btrfs has a device number of its own making; there the source names a disk.
        var entry = new DirectoryInfo(Path.Combine(devices, mount.Device));
        if (!entry.Exists && Path.IsPathFullyQualified(mount.Source))
        {
            var source = new FileInfo(mount.Source);
            var disk = source.LinkTarget is null ? source : source.ResolveLinkTarget(returnFinalTarget: true) ?? source;
            entry = new DirectoryInfo(Path.Combine(names, disk.Name));
        }

        var device = entry.ResolveLinkTarget(returnFinalTarget: true) ?? entry;
        // A partition has no queue of its own: its disk is the folder above.
        foreach (var folder in new[] { device.FullName, Path.GetDirectoryName(device.FullName) ?? "" })
        {
            var flag = Path.Combine(folder, "queue", "rotational");
            if (File.Exists(flag))
            {
                return !VirtualDisk().IsMatch(Path.GetFileName(folder)) && File.ReadAllText(flag).Trim() == "1";
            }
        }

        return false;
    }

    [GeneratedRegex("^(vd|xvd)[a-z]+$")]
    private static partial Regex VirtualDisk();
}
