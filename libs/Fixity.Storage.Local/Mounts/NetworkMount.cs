using System.Globalization;
using Fixity.Core;

namespace Fixity.Storage.Local.Mounts;

/// <summary>Holds a root to being the mount point of a network file system: a folder that waits for its mount is empty,
/// and must not be taken for an emptied storage.</summary>
public sealed class NetworkMount(NfsConnection connection)
{
    /// <summary>Types that count as network file systems where a target names none, as the mount table spells them.</summary>
    public static IReadOnlyList<string> UsualFileSystems { get; } =
    [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "9p", "afs", "ncpfs", "lustre", "beegfs", "gpfs", "fuse.sshfs",
        "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs", "fuse.moosefs", "fuse.juicefs",
    ];

    /// <summary>What the mount adds to the identity of its root.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageFault.Configuration"/>: nothing is mounted there, or something else than there should be.
    /// </exception>
    internal string Require(int descriptor, string root)
    {
        // By the open root and not by its path: what is looked at here is what is walked afterwards.
        var id = IdOf(descriptor);
        var path = File.ResolveLinkTarget(PathOf(descriptor), returnFinalTarget: false)?.FullName ?? root;
        var mount = MountTable.Read().LastOrDefault(mount => mount.Id == id)
            ?? throw NotMounted($"{root} is on no mount that the mount table names");
        if (mount.Point != path)
        {
            throw NotMounted($"nothing is mounted at {root}: it is a folder on {Describe(mount)}");
        }

        if (!(connection.FileSystems ?? UsualFileSystems).Contains(mount.FileSystem))
        {
            throw NotMounted($"{root} is not a network file system: it is {Describe(mount)}");
        }

        return connection.Source is { } source && source != mount.Source
            ? throw Refused(StorageReasons.OtherSource, $"{root} should be {source}, and is {Describe(mount)}")
            : $"mount:{mount.FileSystem}:{mount.Source}";
    }

    private static string Describe(Mount mount) => $"{mount.Source} ({mount.FileSystem}), mounted at {mount.Point}";

    private static int IdOf(int descriptor)
    {
        const string Name = "mnt_id:";
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}");
        var line = File.ReadLines(file).First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return int.Parse(line.AsSpan(Name.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static string PathOf(int descriptor) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}");

    private static StorageException NotMounted(string message) => Refused(StorageReasons.NotMounted, message);

    private static StorageException Refused(string reason, string message) =>
        new(StorageFault.Configuration, default, message) { Reason = reason };
}
