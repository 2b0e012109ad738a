using Fixity.Storage.Local.Linux;
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
}
