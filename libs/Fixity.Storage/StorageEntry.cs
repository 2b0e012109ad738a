using Fixity.Core;

namespace Fixity.Storage;

public enum EntryKind
{
    /// <summary>A regular file with its metadata.</summary>
    File = 1,

    /// <summary>Something that is not a regular file, see <see cref="StorageEntry.SkipKind"/>. Never opened.</summary>
    Skipped = 2,

    /// <summary>A name that is there, but whose metadata could not be read.</summary>
    EntryFault = 3,

    /// <summary>A directory that could not be listed to its end: nothing is known of what is below it.</summary>
    ListingFault = 4,

    /// <summary>A directory of another file system than the one above it, which the listing goes into: before what is in it,
    /// and only when it could be listed.</summary>
    Mount = 5,
}

/// <summary>One thing that a listing found, in the order of its <see cref="Path"/>.</summary>
/// <param name="Path">
/// For <see cref="EntryKind.ListingFault"/>, <see cref="EntryKind.Mount"/> and a skipped mount the key of the directory's
/// range (<c>dir/</c>, or empty for everything); otherwise the entry's own path.
/// </param>
/// <param name="Metadata">Meaningful for files only.</param>
/// <param name="Message">What went wrong, for people; null without a fault.</param>
/// <param name="Mount">Of a mount, or of a file that something is mounted over: which file system it is of, in the words of
/// <see cref="StorageProbe.Identity"/>; else null.</param>
public readonly record struct StorageEntry(
    FilePath Path,
    EntryKind Kind,
    FileMetadata Metadata = default,
    SkipKind SkipKind = default,
    StorageFault Fault = default,
    string? Message = null,
    string? Mount = null)
{
    public static StorageEntry File(FilePath path, in FileMetadata metadata) => new(path, EntryKind.File, metadata);

    public static StorageEntry Mounted(FilePath rangeKey, string identity) => new(rangeKey, EntryKind.Mount, Mount: identity);

    public static StorageEntry Skipped(FilePath path, SkipKind kind) => new(path, EntryKind.Skipped, SkipKind: kind);

    public static StorageEntry Faulty(FilePath path, StorageFault fault, string message) =>
        new(path, EntryKind.EntryFault, Fault: fault, Message: message);

    public static StorageEntry NotListed(FilePath rangeKey, StorageFault fault, string message) =>
        new(rangeKey, EntryKind.ListingFault, Fault: fault, Message: message);
}
