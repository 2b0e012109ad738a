using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>Opens a folder of an SMB share.</summary>
public static class SmbStorage
{
    /// <param name="options">Which share, as whom. Nothing is connected yet: the first probe or listing does.</param>
    /// <param name="root">The folder below the share's own root that is meant; the root: the whole share.</param>
    public static IStorageBackend Open(SmbOptions options, FilePath root = default) =>
        new SmbStorageBackend(new SmbShare(options), options, root.ToOwned());
}
