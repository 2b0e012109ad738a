using Fixity.Core;

namespace Fixity.Storage;

/// <summary>What a caller can do about a failed storage call. Decided where the error is born.</summary>
public enum StorageFault
{
    /// <summary>The root or the credentials are wrong. Final until somebody acts.</summary>
    Configuration = 1,

    /// <summary>The storage did not answer, or broke off. Worth another attempt.</summary>
    Connection = 2,

    /// <summary>This entry may not be read by us.</summary>
    Denied = 3,

    /// <summary>The storage failed to read this entry: EIO, a bad block, a damaged directory.</summary>
    ReadFailed = 4,

    /// <summary>Nothing is there any more.</summary>
    Gone = 5,

    /// <summary>It is not a regular file any more.</summary>
    NotRegular = 6,

    /// <summary>Not one byte came in the time allowed.</summary>
    Timeout = 7,

    /// <summary>This machine ran short of something: file descriptors, memory.</summary>
    Resources = 8,

    /// <summary>It is another file than was opened: what was read of it is worth nothing.</summary>
    Changed = 9,

    /// <summary>Somebody holds this entry against all others, for now.</summary>
    Locked = 10,
}

/// <summary>The words of <see cref="StorageFault"/>, as stored with errors and unknown ranges.</summary>
public static class StorageFaults
{
    public static string Name(this StorageFault fault) => fault switch
    {
        StorageFault.Configuration => "configuration",
        StorageFault.Connection => "connection",
        StorageFault.Denied => "denied",
        StorageFault.ReadFailed => "read_failed",
        StorageFault.Gone => "gone",
        StorageFault.NotRegular => "not_regular",
        StorageFault.Timeout => "timeout",
        StorageFault.Resources => "resources",
        StorageFault.Changed => "changed",
        StorageFault.Locked => "locked",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "not a storage fault"),
    };
}

/// <summary>A storage call failed; <see cref="Fault"/> says whether trying again can help.</summary>
public sealed class StorageException(StorageFault fault, FilePath path, string message, Exception? cause = null)
    : IOException(message, cause)
{
    public StorageFault Fault { get; } = fault;

    /// <summary>Below the root; the root itself where the whole storage is meant.</summary>
    public FilePath Path { get; } = path;

    /// <summary>A word of <see cref="StorageReasons"/> where the exact cause is known; null: the fault says it all.</summary>
    public string? Reason { get; init; }
}
