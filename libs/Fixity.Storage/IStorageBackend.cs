using Fixity.Core;

namespace Fixity.Storage;

/// <summary>Read-only access to one root of a storage system. Fixity never writes to what it watches.</summary>
/// <remarks>
/// Safe for concurrent calls. An implementation makes one attempt per call and says what kind of failure it met
/// (<see cref="StorageFault"/>); retrying, throttling and metering are decorators. Every implementation passes
/// <c>StorageBackendConformance</c> in <c>tests/Fixity.Testing</c>.
/// </remarks>
public interface IStorageBackend : IAsyncDisposable
{
    /// <summary>What this backend can promise; constant for its lifetime.</summary>
    StorageCapabilities Capabilities { get; }

    /// <summary>Looks at the root anew and says which storage it is on, without trusting anything opened before.</summary>
    /// <exception cref="StorageException">The root is not there, is not a directory, or cannot be reached.</exception>
    Task<StorageProbe> ProbeAsync(CancellationToken cancellation);

    /// <summary>Streams what lies in <paramref name="range"/>, in ascending order of <see cref="StorageEntry.Path"/>.</summary>
    /// <remarks>
    /// <para>The order is a contract: it lets a scan be merged with its baseline in constant memory.</para>
    /// <para>A directory that cannot be listed to its end gives one <see cref="EntryKind.ListingFault"/> with the key of
    /// its range and nothing from inside, even when that key lies before the range (the range begins inside it). Where
    /// the fault is met only after some of its entries were given, it comes where it is met and stands for what is
    /// left. The listing itself goes on behind it.</para>
    /// <para>So it is with <see cref="EntryKind.Mount"/>: whoever begins inside of it is told all the same, and it may be
    /// told again behind a fault.</para>
    /// <para>A block is valid until the next one is asked for: its memory, the paths included, is then used again.</para>
    /// </remarks>
    /// <param name="filter">Which folders need not be gone into; null: all are.</param>
    /// <exception cref="StorageException">The root itself cannot be opened.</exception>
    IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null);

    /// <summary>What is at the path now, or null when nothing is.</summary>
    /// <exception cref="StorageException">It could not be found out.</exception>
    ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation);

    /// <summary>What the file at the path carries beside mode and owner; all null where this storage has no such thing.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageFault.Gone"/>: there is nothing; or it could not be found out.
    /// </exception>
    ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation);

    /// <summary>Opens a regular file for reading. Never waits for a writer, never follows a link.</summary>
    /// <param name="source">A wish: a storage that cannot tell its cache from its medium reads as it can.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageFault.Gone"/>: there is nothing; <see cref="StorageFault.NotRegular"/>: no longer a file; or
    /// another fault.
    /// </exception>
    ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation);
}

/// <summary>One open file: its bytes by offset, and its metadata through the same handle.</summary>
/// <remarks>Used by one caller at a time.</remarks>
public interface IStorageFile : IAsyncDisposable
{
    /// <summary>What the file is now; the first call may answer with the look that the opening took.</summary>
    ValueTask<FileMetadata> StatAsync(CancellationToken cancellation);

    /// <returns>Bytes read; 0 only at the end of the file.</returns>
    /// <exception cref="StorageException"><see cref="StorageFault.ReadFailed"/> or another fault.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>What the storage itself says that the content is; null: nothing. A wrapper passes it on.</summary>
    StorageEvidence? Evidence => null;

    /// <summary>What the file was when the last of its bytes had been read, where the storage said so together with them;
    /// null: it has to be asked. A wrapper passes it on.</summary>
    /// <remarks>
    /// Said of content alone that came whole, through this very file and in one answer with a look before and a look
    /// after it: then nothing is left that a further call could find out.
    /// </remarks>
    FileMetadata? SeenAfterReading => null;
}

/// <summary>What a storage says of a file's content by itself: evidence beside a checksum of ours, never in its place.</summary>
/// <param name="Tag">Changes with the content, and need not be a checksum of it (S3: the ETag).</param>
/// <param name="Version">Of storages that keep older ones; null: this does not.</param>
/// <param name="Checksums">
/// Lower-case hex by algorithm (<c>sha256</c>, <c>crc32c</c>, …); one of parts begins with <c>composite:</c>.
/// </param>
public sealed record StorageEvidence(string? Tag, string? Version, IReadOnlyDictionary<string, string> Checksums);

/// <param name="MaxConcurrentReads">Files that may be open at once; the engine opens no more.</param>
/// <param name="HasRawNames">Whether names that are not UTF-8 are given, and open again, byte for byte.</param>
/// <param name="HasCtime">Whether metadata tell when they last changed themselves, which nobody can set back.</param>
/// <param name="HasExtendedAttributes">Whether <see cref="IStorageBackend.ReadAttributesAsync"/> can find any.</param>
public sealed record StorageCapabilities(
    int MaxConcurrentReads, bool HasRawNames, bool HasCtime, bool HasExtendedAttributes)
{
    /// <summary>Whether every file has a mode, an owner and a group.</summary>
    public bool HasOwnerAndMode { get; init; }

    /// <summary>Whether a file has a number of its own, which it keeps when it is renamed.</summary>
    public bool HasFileIds { get; init; }

    /// <summary>Whether each content that was ever at a path has a tag of its own, by which a read is held to it.</summary>
    public bool HasVersionTags { get; init; }

    /// <summary>Whether the storage itself can say what changed.</summary>
    public bool HasChangeNotification { get; init; }
}

/// <param name="Identity">Changes when another storage is at the root: another file system, or another directory.</param>
/// <param name="MtimeGranularity">Two writes closer together than this may leave the same mtime.</param>
/// <param name="HandleTellsReplacement">Whether an open file's ctime or links differ once its name was taken from it, by
/// deletion, renaming, or another file put in its place.</param>
public sealed record StorageProbe(string Identity, TimeSpan MtimeGranularity, bool HandleTellsReplacement = false);
