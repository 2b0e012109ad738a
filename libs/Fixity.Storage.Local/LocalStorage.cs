using Fixity.Core;
using Fixity.Storage.Local.Linux;
using Fixity.Storage.Local.Mounts;
using Fixity.Storage.Local.Portable;

namespace Fixity.Storage.Local;

/// <summary>Opens a folder of this machine, in the way that this machine's system reads it best.</summary>
public static class LocalStorage
{
    /// <param name="root">An absolute path. It is not looked at yet: the first probe or listing does.</param>
    public static IStorageBackend Open(string root, LocalStorageOptions? options = null) => Path.IsPathFullyQualified(root)
        ? Libc.IsSupported
            ? new LinuxStorageBackend(root, options ?? new LocalStorageOptions())
            : new PortableStorageBackend(root, options ?? new LocalStorageOptions())
        : throw new ArgumentException($"The root of a local storage is an absolute path, not '{root}'.", nameof(root));

    /// <summary>A target of type <c>local</c>: whatever folder it is.</summary>
    public static IStorageBackend Open(StorageSettings settings) => Open(settings, mount: null);

    /// <summary>A target of type <c>nfs</c>: a folder that must be the mount point of a network file system.</summary>
    public static IStorageBackend OpenMounted(StorageSettings settings) => Libc.IsSupported
        ? Open(settings, new NetworkMount(settings.Connection.Nfs ?? new NfsConnection()))
        : throw Refused("Mounts are known on Linux only; elsewhere the type is local.");

    private static IStorageBackend Open(StorageSettings settings, NetworkMount? mount) =>
        Path.IsPathFullyQualified(settings.Root)
            ? Open(settings.Root, new LocalStorageOptions
            {
                CrossMounts = settings.Options.CrossMounts,
                IdleIo = settings.Options.IdleIo,
                Mount = mount,
            })
            : throw Refused($"The root is an absolute path, not '{settings.Root}'.");

    private static StorageException Refused(string message) => new(StorageFault.Configuration, default, message);
}
