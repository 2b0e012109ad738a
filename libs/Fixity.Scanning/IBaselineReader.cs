using Fixity.Core;

namespace Fixity.Scanning;

/// <summary>The baseline of one target, streamed in path order beside the walk.</summary>
public interface IBaselineReader
{
    /// <summary>Streams every row whose path <paramref name="range"/> contains, deleted ones too, by ascending path.</summary>
    /// <remarks>
    /// Deleted rows are wanted so that a path that returns gets its row and history back. A block (any size; empty ones
    /// are passed over) is valid until the next one is asked for, so an implementation may use its memory again.
    /// </remarks>
    IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(PathRange range, CancellationToken cancellation);

    /// <summary>The recorded group digests of one file: asked for only when it is found damaged.</summary>
    /// <returns>Empty: none are recorded.</returns>
    ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation);

    /// <summary>Whether the file system may be believed that was found mounted where the plan knows of none: it was recorded
    /// by another segment of this scan, a person said that the storage is a new one, or it hides nothing.</summary>
    /// <param name="key">As <see cref="RecordedMount.Key"/>.</param>
    ValueTask<bool> MayBeMountedAsync(FilePath key, string identity, CancellationToken cancellation);
}
