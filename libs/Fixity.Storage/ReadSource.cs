namespace Fixity.Storage;

/// <summary>Where the bytes of a read are to come from: only what the medium gives proves that the medium still has it.</summary>
public enum ReadSource
{
    /// <summary>The page cache where it has them.</summary>
    Cache = 1,

    /// <summary>The medium: what the cache holds of the file is dropped first, and of a big file behind the reader too.</summary>
    Medium = 2,

    /// <summary>The medium past the cache where the file system can, else as <see cref="Medium"/>.</summary>
    Direct = 3,
}
