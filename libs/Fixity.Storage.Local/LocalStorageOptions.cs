using Fixity.Storage.Local.Mounts;

namespace Fixity.Storage.Local;

/// <summary>How a folder of this machine is walked and read.</summary>
public sealed record LocalStorageOptions
{
    /// <summary>Goes on into what is mounted below the root, instead of recording the place as skipped.</summary>
    public bool CrossMounts { get; init; }

    /// <summary>Reads only while nobody else uses the disk: the idle I/O class, where the system has one.</summary>
    public bool IdleIo { get; init; }

    /// <summary>What must be mounted at the root; null: it is a folder like any other.</summary>
    public NetworkMount? Mount { get; init; }

    /// <summary>A call of the listing that lasts longer is given up, with the directory that it is in.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
